import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { GivenFlags } from '../config/settings.ts';
import { dollarsFlag } from '../dollars-flag.ts';
import { inspectorFlag, withInspectorPorts } from '../inspector-flag.ts';
import type { Tunnel as RunningTunnel } from '../tunnel/tunnel.ts';
import { UserError } from '../user-error.ts';

/** What stubs are told. */
const reasons = {
  failed: 'it failed',
  signal: 'it was stopped',
  'handed-over': 'another tunnel took the session over',
} as const;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export default class Tunnel extends Command {
  static override summary = 'Run the invocations of the live functions of this app on this machine';
  static override description =
    'Each flag is also a variable (LIVE_LAMBDA_MAX_ENVIRONMENTS for --max-environments) and a setting of live-lambda.config.ts (maxEnvironments); the flag is the strongest, then the variable.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --app infra/cdk.out --verbose',
    '<%= config.bin %> <%= command.id %> --inspect',
  ];
  static override flags = {
    app: Flags.string({ summary: 'Folder of the synthesized app; cdk.out if not given' }),
    runner: Flags.string({
      summary: 'Runner for all functions, for example tsx; by default the first that can run a function',
    }),
    endpoint: Flags.string({ summary: 'Base URL of CloudFormation, Lambda and STS, for an emulator of AWS' }),
    inspect: inspectorFlag('Let debuggers attach, to the first function at this port (--inspect alone: 9229)'),
    'inspect-brk': inspectorFlag('The same, and each process waits for a debugger before it loads the handler'),
    'max-environments': Flags.integer({ summary: 'How many processes may live at once', min: 1 }),
    'fetch-node': Flags.boolean({
      summary: "Fetch a Node of a function's own major from the npm registry where none is installed",
      allowNo: true,
    }),
    'trust-stub': Flags.option({
      options: ['sts', 'none'] as const,
      summary: 'How execution environments prove what they are; none is for emulators on this machine alone',
    })(),
    verbose: Flags.boolean({ summary: 'Show durations by leg, processes and dropped messages', allowNo: true }),
    quiet: Flags.boolean({ summary: 'Show nothing but errors', allowNo: true, exclusive: ['verbose', 'json'] }),
    json: Flags.boolean({ summary: 'Write one JSON object a line instead of text', allowNo: true }),
    'take-over': Flags.boolean({
      summary: 'Take the session over from a tunnel that holds it: that one finishes what it runs, and ends',
      allowNo: true,
    }),
    budget: dollarsFlag('Stop when AppSync Events has cost this, in US dollars, since the start; for example 0.50'),
  };

  async run(): Promise<void> {
    this.argv = [...withInspectorPorts(this.argv)];
    const { flags } = await this.parse(Tunnel);
    const {
      'inspect-brk': inspectBrk,
      'max-environments': maxEnvironments,
      'fetch-node': fetchNode,
      'trust-stub': trustStub,
      'take-over': takeOver,
      ...same
    } = flags;
    const given: GivenFlags = { ...same, inspectBrk, maxEnvironments, fetchNode, trustStub, takeOver };
    // Before the config is read nobody knows what it says of it.
    const output = { json: given.json ?? false, quiet: given.quiet ?? false };
    const stopped = this.#untilSignal();
    const left = new AbortController();
    void stopped.then(() => left.abort());
    try {
      const tunnel = await Promise.race([stopped, this.#start(given, output, left.signal)]);
      // Nothing is served yet: there is nobody to tell.
      if (tunnel === 'signal') process.exit(130);
      const ended = await Promise.race([stopped, tunnel.failed, tunnel.handedOver]);
      if (!output.json && !output.quiet && ended === 'signal') {
        process.stderr.write(`Stopping; Ctrl-C again ends it at once. ${tunnel.farewell()}\n`);
      }
      await tunnel.stop(reasons[ended instanceof UserError ? 'failed' : ended]);
      if (ended instanceof UserError) throw ended;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!output.json) this.error(error.message, { exit: 1, suggestions: [error.hint] });
      process.stdout.write(`${JSON.stringify({ type: 'error', message: error.message, hint: error.hint })}\n`);
      process.exitCode = 1;
    }
  }

  async #start(
    flags: GivenFlags,
    output: { json: boolean; quiet: boolean },
    signal: AbortSignal,
  ): Promise<RunningTunnel> {
    const { openTunnel } = await import('../open-tunnel.ts');
    return openTunnel({
      flags,
      config: this.config,
      environment: process.env,
      currentFolder: process.cwd(),
      onSettings: ({ json, quiet }) => {
        output.json = json.value;
        output.quiet = quiet.value;
      },
      signal,
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
