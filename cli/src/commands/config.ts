import { OneShotCommand } from '../base-command.ts';

export default class Config extends OneShotCommand {
  static override summary = 'Show the settings of this project, and where each value comes from';
  static override description =
    'A flag is stronger than the variable (LIVE_LAMBDA_MAX_ENVIRONMENTS for --max-environments), the variable than live-lambda.config.ts (maxEnvironments), that than the default. The config is looked for here and above, up to the root of the repository or workspace. Of variables of functions only the names are shown.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'LIVE_LAMBDA_RUNNER=tsx <%= config.bin %> <%= command.id %> --json',
  ];

  async run(): Promise<unknown> {
    await this.parse(Config);
    const [{ openProject }, { settingsText, shownSettings }] = await Promise.all([
      import('../project.ts'),
      import('../config/settings-table.ts'),
    ]);
    const currentFolder = process.cwd();
    const { settings, loaded } = await openProject({ flags: {}, environment: process.env, currentFolder });
    const shown = shownSettings(settings, loaded);
    this.log(settingsText(shown, loaded?.file));
    return { file: loaded?.file ?? null, settings: shown };
  }
}
