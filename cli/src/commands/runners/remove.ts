import * as Args from '@oclif/core/args';
import { OneShotCommand } from '../../base-command.ts';

export default class RunnersRemove extends OneShotCommand {
  static override summary = 'Take a runner out of this project';
  static override description =
    'A package that is a development dependency of the project is uninstalled. Built-in runners always stay.';
  static override examples = ['<%= config.bin %> <%= command.id %> deno'];
  static override args = {
    runner: Args.string({ description: 'Name of the runner, or its package or path', required: true }),
  };

  async run(): Promise<unknown> {
    const { args } = await this.parse(RunnersRemove);
    const [{ removeRunner }, { changeOptions, editText }] = await Promise.all([
      import('../../runners/runner-changes.ts'),
      import('../../runners/change-command.ts'),
    ]);
    const removed = await removeRunner(
      args.runner,
      changeOptions((text) => this.log(text)),
    );
    if (!removed) this.log(`The config of this project has no runner "${args.runner}": there is nothing to remove.`);
    else this.log(`The runner "${args.runner}" is removed. ${editText(removed.edit)}`);
    return {
      removed: removed !== undefined,
      spec: removed?.spec ?? null,
      package: removed?.package ?? null,
      config: removed?.edit ?? null,
    };
  }
}
