import { styleText } from 'node:util';
import * as Flags from '@oclif/core/flags';
import { OneShotCommand } from '../base-command.ts';
import type { Style } from '../ui/words.ts';

export default class Doctor extends OneShotCommand {
  static override summary = 'Check what a tunnel needs, from this machine to the deployed functions';
  static override description =
    'Each check has a reason, and says what to do where something is wrong. Permissions are found out by really trying: on the Events API an event is published to a channel that nobody else uses. No function is invoked. Exits with 1 when a check failed. While `live-lambda local` runs for the app, its emulator is what is checked.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];
  static override flags = {
    app: Flags.string({ summary: 'Folder of the synthesized app; cdk.out if not given' }),
    endpoint: Flags.string({ summary: 'Base URL of CloudFormation, Lambda and STS, for an emulator of AWS' }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Doctor);
    const [{ checks }, { runChecks }, { createFacts }, { checkLines, summaryLine }] = await Promise.all([
      import('../doctor/checks.ts'),
      import('../doctor/check.ts'),
      import('../doctor/facts.ts'),
      import('../doctor/doctor-text.ts'),
    ]);
    const facts = createFacts({
      flags,
      environment: process.env,
      currentFolder: process.cwd(),
      cacheFolder: this.config.cacheDir,
      release: this.config.version,
      nodeVersion: process.versions.node,
    });
    const paint = (style: Style, text: string) => styleText(style, text);
    const width = Math.max(...checks.map(({ title }) => title.length));
    const progress = this.#progress(checks.length);
    const results = await runChecks(checks, {
      facts,
      onResult: (result) => progress(checkLines(result, { width, paint })),
    });
    const failed = results.filter(({ status }) => status === 'failed').length;
    this.log(`\n${summaryLine(results, paint)}`);
    if (failed > 0) process.exitCode = 1;
    return { failed, checks: results };
  }

  /** Writes each line as it is known; on a terminal, below it, how many are still to come. */
  #progress(count: number): (line: string) => void {
    const shown = process.stdout.isTTY && !this.jsonEnabled();
    let made = 0;
    const show = () => {
      if (shown && made < count) process.stdout.write(`  checking, ${made} of ${count} ...`);
    };
    show();
    return (line) => {
      made += 1;
      // Back to the start of the line, and nothing to its end (ECMA-48: EL).
      if (shown) process.stdout.write('\r\u001b[K');
      this.log(line);
      show();
    };
  }
}
