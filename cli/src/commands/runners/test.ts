import * as Args from '@oclif/core/args';
import { OneShotCommand } from '../../base-command.ts';

export default class RunnersTest extends OneShotCommand {
  static override summary = 'Try the runners of this project on the live functions of the app';
  static override description =
    'Each function is prepared and its process started, up to where it asks for its first event; no handler is called. Exits with 1 when one of them fails.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> deno'];
  static override args = {
    runner: Args.string({ description: 'Only this runner, on each function that it says it can run' }),
  };

  async run(): Promise<unknown> {
    const { args } = await this.parse(RunnersTest);
    const { runTrials, trialLine } = await import('../../runners/trials.ts');
    const aborter = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => aborter.abort());
    const trials = await runTrials(args.runner, {
      config: this.config,
      environment: process.env,
      currentFolder: process.cwd(),
      platform: process.platform,
      signal: aborter.signal,
      tell: (trial) => this.log(trialLine(trial)),
    });
    if (trials.failed) process.exitCode = 1;
    return trials;
  }
}
