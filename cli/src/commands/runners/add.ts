import * as Args from '@oclif/core/args';
import { OneShotCommand } from '../../base-command.ts';

export default class RunnersAdd extends OneShotCommand {
  static override summary = 'Add a runner to this project: install it, check it, record it in the config';
  static override description =
    'A package is installed as a development dependency with the package manager of the project. What is no runner is taken away again.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> live-lambda-runner-deno',
    '<%= config.bin %> <%= command.id %> ./tools/runner.ts',
    '<%= config.bin %> <%= command.id %> python',
  ];
  static override args = {
    runner: Args.string({
      description: 'Name of a package, path of a file or folder, or python, go, java or rust',
      required: true,
    }),
  };

  async run(): Promise<unknown> {
    const { args } = await this.parse(RunnersAdd);
    const [{ addRunner }, { changeOptions, editText }] = await Promise.all([
      import('../../runners/runner-changes.ts'),
      import('../../runners/change-command.ts'),
    ]);
    const added = await addRunner(
      args.runner,
      changeOptions((text) => this.log(text)),
    );
    const name = added.name ?? added.spec;
    if (added.edit.result === 'unchanged') this.log(`The runner "${name}" is there already: ${added.edit.file}.`);
    else this.log(`The runner "${name}" is ready. ${editText(added.edit)}`);
    return { name, spec: added.spec, package: added.package ?? null, config: added.edit };
  }
}
