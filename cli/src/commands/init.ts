import { relative } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { OneShotCommand } from '../base-command.ts';
import type { InitPlan } from '../init/init-plan.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';

export default class Init extends OneShotCommand {
  static override summary = 'Add live-lambda to a CDK app';
  static override description =
    'Adds the packages, the one line to the program of the app, a config, and configurations for VS Code and JetBrains. Shows all of it first and asks once. What is there already stays as it is: run it twice, and nothing changes.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> packages/infra --yes',
    '<%= config.bin %> <%= command.id %> --dry-run',
  ];
  static override args = {
    folder: Args.string({ description: 'Folder of the CDK app, in which its cdk.json lies; found if not given' }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'Do it without being asked' }),
    'dry-run': Flags.boolean({ summary: 'Show what would change, and change nothing' }),
    install: Flags.boolean({ summary: 'Install the packages', allowNo: true, default: true }),
    editors: Flags.boolean({ summary: 'Write configurations for VS Code and JetBrains', allowNo: true, default: true }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Init);
    const [{ findCdkApp }, { planInit }, text] = await Promise.all([
      import('../cdk-app/find-cdk-app.ts'),
      import('../init/init-plan.ts'),
      import('../init/init-text.ts'),
    ]);
    const app = findCdkApp(process.cwd(), args.folder);
    const found = planInit({ app, release: this.config.version, editors: flags.editors });
    const plan: InitPlan = flags.install ? found : { ...found, install: undefined };
    const nothing = plan.changes.length === 0 && plan.install === undefined;
    this.log(`CDK app: ${relative(process.cwd(), app.folder) || '.'}\n`);
    if (nothing) this.log('All is there already: nothing to change.\n');
    else this.log(`${text.planText(plan)}\n`);
    const done = !nothing && !flags['dry-run'] && (await this.#consented(flags.yes));
    if (done) await this.#do(plan);
    for (const each of plan.byHand) this.log(text.byHandText(each));
    if (!flags.install && found.install) this.log(`Install the packages: ${text.commandText(found.install.command)}\n`);
    if (done) this.log(`${text.undoText(plan, { installed: flags.install })}\n`);
    if (done || nothing)
      this.log(`Next: ${projectCommand('live-lambda deploy')}, then ${projectCommand('live-lambda tunnel')}.`);
    else this.log('Nothing was changed.');
    return {
      app: app.folder,
      done,
      files: plan.changes.map(({ path, before }) => ({ path, change: before === undefined ? 'made' : 'changed' })),
      install: plan.install ? text.commandText(plan.install.command) : null,
      byHand: plan.byHand,
    };
  }

  /** @throws UserError where nobody can answer */
  async #consented(yes: boolean): Promise<boolean> {
    if (yes) return true;
    const { askYesNo, canAsk } = await import('../nodes/ask.ts');
    if (this.jsonEnabled() || !canAsk(process.env)) {
      throw new UserError(
        'Nothing was changed: there is no terminal to ask at.',
        'Run it with --yes to do it, or with --dry-run to see it alone.',
      );
    }
    return (await askYesNo('Do this?')) === true;
  }

  async #do(plan: InitPlan): Promise<void> {
    const [{ initialize }, { packageManagerRunner }] = await Promise.all([
      import('../init/initialize.ts'),
      import('../runners/installation.ts'),
    ]);
    const run = packageManagerRunner(process.env, process.platform);
    await initialize({ plan, run, tell: (text) => this.log(text) });
  }
}
