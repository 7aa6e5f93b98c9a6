import { styleText } from 'node:util';
import type { Identity } from '@live-lambda/protocol/identity';
import { Command, Flags } from '@oclif/core';
import type { Host } from '../host.ts';
import type { Tunnel as RunningTunnel } from '../tunnel/tunnel.ts';
import { UserError } from '../user-error.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export default class Tunnel extends Command {
  static override summary = 'Run the invocations of the live functions of this app on this machine';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app infra/cdk.out --verbose',
  ];
  static override flags = {
    app: Flags.string({ summary: 'Folder of the synthesized app', default: 'cdk.out' }),
    runner: Flags.string({
      summary: 'Runner for all functions, for example tsx; by default the first that can run a function',
    }),
    endpoint: Flags.string({ summary: 'Base URL of CloudFormation, Lambda and STS, for an emulator of AWS' }),
    verbose: Flags.boolean({ summary: 'Show durations by leg, processes and dropped messages' }),
    json: Flags.boolean({ summary: 'Write one JSON object a line instead of text' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Tunnel);
    const stopped = this.#untilSignal();
    try {
      const tunnel = await Promise.race([stopped, this.#start(flags)]);
      // Nothing is served yet: there is nobody to tell.
      if (tunnel === 'signal') process.exit(130);
      const ended = await Promise.race([stopped, tunnel.failed]);
      if (!flags.json && !(ended instanceof UserError)) {
        process.stderr.write(
          'Stopping. The stubs now answer with an error that says so, until a tunnel runs again or the app is deployed without live mode.\n',
        );
      }
      await tunnel.stop(ended instanceof UserError ? 'it failed' : 'it was stopped');
      if (ended instanceof UserError) throw ended;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!flags.json) this.error(error.message, { exit: 1, suggestions: [error.hint] });
      process.stdout.write(`${JSON.stringify({ type: 'error', message: error.message, hint: error.hint })}\n`);
      process.exitCode = 1;
    }
  }

  async #start(flags: {
    readonly app: string;
    readonly runner?: string | undefined;
    readonly endpoint?: string | undefined;
    readonly verbose: boolean;
    readonly json: boolean;
  }): Promise<RunningTunnel> {
    checkEndpoint(flags.endpoint);
    const [{ startTunnel }, { fromNodeProviderChain }, { chooseRunner }, { loadAwsAgents }] = await Promise.all([
      import('../tunnel/tunnel.ts'),
      import('@aws-sdk/credential-providers'),
      import('../functions/choose-runner.ts'),
      import('../proxy.ts'),
    ]);
    return startTunnel({
      assemblyFolder: flags.app,
      access: { endpointUrl: flags.endpoint },
      credentials: fromNodeProviderChain({ clientConfig: { requestHandler: await loadAwsAgents() } }),
      runnerFor: chooseRunner(flags.runner),
      identity: await loadIdentity(),
      host: await createHost(flags),
      release: this.config.version,
      laptop: process.env,
      platform: process.platform,
      currentFolder: process.cwd(),
    });
  }

  /** Resolves at the first signal; a second one ends the process at once. */
  async #untilSignal(): Promise<'signal'> {
    return new Promise((resolve) => {
      let asked = false;
      for (const signal of signals) {
        process.on(signal, () => {
          if (asked) process.exit(130);
          asked = true;
          resolve('signal');
        });
      }
    });
  }
}

/** @throws UserError for what is no base of requests: the AWS SDK would say so of itself, and not of the flag. */
function checkEndpoint(endpoint: string | undefined): void {
  if (endpoint === undefined) return;
  const protocol = URL.canParse(endpoint) ? new URL(endpoint).protocol : undefined;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new UserError(
    `--endpoint must be a URL that starts with http:// or https://, and "${endpoint}" is none.`,
    'Give for example `--endpoint http://127.0.0.1:4566`, or leave it out for AWS itself.',
  );
}

/** @throws UserError when the developer's key cannot be used as it is. */
async function loadIdentity(): Promise<Identity> {
  const { defaultIdentityFile, IdentityError, loadOrCreateIdentity } = await import('@live-lambda/protocol/identity');
  try {
    return loadOrCreateIdentity({ file: defaultIdentityFile() }).identity;
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    throw new UserError(cause.message, 'Stubs trust this key: mend the file rather than make another one.', { cause });
  }
}

async function createHost(flags: { readonly verbose: boolean; readonly json: boolean }): Promise<Host> {
  const write = (text: string) => process.stdout.write(text);
  if (flags.json) return (await import('../ui/json-host.ts')).createJsonHost(write);
  const { createTerminalHost } = await import('../ui/terminal-host.ts');
  return createTerminalHost({
    write,
    verbose: flags.verbose,
    wallClockMs: Date.now,
    style: (style, text) => styleText(style, text),
  });
}
