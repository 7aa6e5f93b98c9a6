import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { withInspectorPorts } from '../inspector-flag.ts';
import type { RunningLocal } from '../local/run-local.ts';
import { UserError } from '../user-error.ts';
import Tunnel from './tunnel.ts';

// The emulator is its own, it can say whose credentials are whose, and nobody else is there.
const { endpoint: _endpoint, 'trust-stub': _trustStub, 'take-over': _takeOver, ...tunnelFlags } = Tunnel.flags;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export default class Local extends Command {
  static override summary = 'Try the app without AWS: an emulator with the app in it, and the tunnel to it';
  static override description =
    'Lambda, AppSync Events, STS and CloudFormation are emulated on this machine, on loopback; other resources are left out, and that is said. The app must be synthesized in live mode (--synth does it); when it is synthesized again it is deployed again. Ctrl-C ends everything and leaves nothing.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --synth',
    '<%= config.bin %> <%= command.id %> --app infra/cdk.out --port 4566',
  ];
  static override flags = {
    ...tunnelFlags,
    port: Flags.integer({ summary: 'Port of the emulator; any that is free if not given', min: 1, max: 65_535 }),
    synth: Flags.boolean({ summary: "Synthesize the app in live mode first, by the project's own CDK CLI" }),
  };

  async run(): Promise<void> {
    this.argv = [...withInspectorPorts(this.argv)];
    const { flags } = await this.parse(Local);
    const { port, synth, 'inspect-brk': inspectBrk, 'max-environments': maxEnvironments, ...rest } = flags;
    const { 'fetch-node': fetchNode, ...same } = rest;
    // Before the config is read nobody knows what it says of it.
    const output = { json: same.json ?? false, quiet: same.quiet ?? false };
    const left = new AbortController();
    const stopped = untilSignal(left);
    try {
      const { runLocal } = await import('../local/run-local.ts');
      const starting = runLocal({
        flags: { ...same, inspectBrk, maxEnvironments, fetchNode },
        port,
        synth: synth ?? false,
        config: this.config,
        environment: process.env,
        currentFolder: process.cwd(),
        write: (text) => process.stdout.write(text),
        onSettings: ({ json, quiet }) => {
          output.json = json.value;
          output.quiet = quiet.value;
        },
        signal: left.signal,
      });
      await this.#untilEnd(starting, { stopped, output });
    } catch (error) {
      if (!(error instanceof UserError && output.json)) throw error;
      // As all that a program reads here: one JSON object a line.
      process.stdout.write(`${JSON.stringify({ type: 'error', message: error.message, hint: error.hint })}\n`);
      process.exitCode = 1;
    }
  }

  async #untilEnd(
    starting: Promise<RunningLocal>,
    {
      stopped,
      output,
    }: { readonly stopped: Promise<'signal'>; readonly output: { readonly json: boolean; readonly quiet: boolean } },
  ): Promise<void> {
    const running = await Promise.race([stopped, starting]);
    if (running === 'signal') {
      // Whatever was started is ended, so that nothing is left behind.
      await starting.then((local) => local.stop('it was stopped')).catch(() => undefined);
      process.exit(130);
    }
    const ended = await Promise.race([stopped, running.failed]);
    if (!output.json && !output.quiet && ended === 'signal') process.stderr.write(`${running.farewell()}\n`);
    await running.stop(ended === 'signal' ? 'it was stopped' : 'it failed');
    if (ended !== 'signal') throw ended;
  }
}

/** Resolves at the first signal; a second one ends the process at once. */
function untilSignal(left: AbortController): Promise<'signal'> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      process.on(signal, () => {
        if (left.signal.aborted) process.exit(130);
        left.abort();
        resolve('signal');
      });
    }
  });
}
