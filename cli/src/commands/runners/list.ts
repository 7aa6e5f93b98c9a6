import { OneShotCommand } from '../../base-command.ts';

export default class RunnersList extends OneShotCommand {
  static override summary = 'Show the runners of this project, and which functions each would run';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<unknown> {
    await this.parse(RunnersList);
    const [{ listRunners, listText }, { openProject, projectRunners }, { BUILT_IN_RUNNERS }] = await Promise.all([
      import('../../runners/list-runners.ts'),
      import('../../project.ts'),
      import('@live-lambda/runner'),
    ]);
    const project = await openProject({ flags: {}, environment: process.env, currentFolder: process.cwd() });
    const registry = await projectRunners(project, { builtIn: BUILT_IN_RUNNERS, config: this.config });
    const listed = await listRunners(project, registry);
    this.log(listText(listed));
    return listed;
  }
}
