import { constants } from 'node:os';
import { relative } from 'node:path';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import type { CdkProgram } from '../deploy/cdk-command.ts';
import { installationCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';

export default class Deploy extends Command {
  static override summary = 'Deploy the CDK app with functions live';
  static override description =
    'Runs the `cdk deploy` of the project with the context that makes functions live, and shows the command. Functions are named by construct id, path or pattern; without a name all are live. What stands behind -- goes to cdk as it is.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> CreateOrder',
    "<%= config.bin %> <%= command.id %> CreateOrder 'Shop/*' --session ada",
    '<%= config.bin %> <%= command.id %> -- --all --require-approval never',
  ];
  static override usage = '<%= command.id %> [FUNCTION...] [FLAGS] [-- ARGUMENTS OF CDK]';
  static override strict = false;
  static override flags = {
    session: Flags.string({ summary: 'Name of your own, where several developers have the same app live' }),
    mode: Flags.string({
      summary:
        "replace: the stub in place of the code; fallback: the function's own code runs while there is no tunnel",
      options: ['replace', 'fallback'],
    }),
    timeout: Flags.integer({
      summary: 'Raise the timeout of live functions to so many seconds, for debugging',
      min: 1,
    }),
    ci: Flags.boolean({ summary: 'Live mode is meant, although this is continuous integration' }),
    'dry-run': Flags.boolean({ summary: 'Show the command, and do not run it' }),
  };

  async run(): Promise<void> {
    const [own, rest] = split(this.argv);
    const { argv, flags } = await this.parse(Deploy, [...own]);
    const [{ findCdkApp }, { openProject }, { deployArguments, findCdk, shellText, synthArguments }] =
      await Promise.all([
        import('../cdk-app/find-cdk-app.ts'),
        import('../project.ts'),
        import('../deploy/cdk-command.ts'),
      ]);
    const app = findCdkApp(process.cwd());
    const given = { flags: { session: flags.session }, environment: process.env, currentFolder: app.folder };
    const { settings } = await openProject(given);
    const cdk = findCdk(app.folder, { platform: process.platform, node: process.execPath });
    const live = {
      functions: argv.map(String),
      session: settings.session.value,
      mode: flags.mode,
      timeoutSeconds: flags.timeout,
      ci: flags.ci,
      rest,
    };
    const where = app.folder === process.cwd() ? '' : `   (in ${relative(process.cwd(), app.folder)})`;
    const show = (args: readonly string[]) => process.stderr.write(`$ ${shellText(cdk.shown, args)}${where}\n`);
    const deployment = deployArguments(live);
    if (flags['dry-run']) return void show(deployment);
    const output = settings.app.layer === 'default' ? app.output : settings.app.value;
    const run = (args: readonly string[]) => {
      show(args);
      return this.#runCdk(cdk, args, app.folder);
    };
    const { refuseOrdinaryDeploy } = await import('../deploy/refuse-ordinary.ts');
    const isLive = await refuseOrdinaryDeploy({
      ...{ app, output, wallClockMs: Date.now },
      synthesize: async () => (await run(synthArguments(live))) === 0,
      say: (line) => void process.stderr.write(`${line}\n`),
    });
    if (!isLive) this.exit(1);
    const beganMs = Date.now();
    const code = await run(deployment);
    if (code !== 0) this.exit(code);
    const { deployedLive, deployedText } = await import('../deploy/deploy-result.ts');
    process.stderr.write(`${deployedText(await deployedLive(output, beganMs))}\n`);
  }

  /** Resolves to its exit code. @throws UserError where it cannot be started */
  async #runCdk({ command, args }: CdkProgram, cdkArguments: readonly string[], folder: string): Promise<number> {
    const { runInForeground } = await import('@live-lambda/runner');
    const end = await runInForeground({ command, args: [...args, ...cdkArguments], cwd: folder, env: process.env });
    if (end.type === 'not-started') {
      throw new UserError(
        `The CDK CLI could not be started: ${end.reason}.`,
        `Install it in the project: \`${installationCommand('aws-cdk', folder)}\`.`,
      );
    }
    return end.type === 'signalled' ? 128 + (signalNumbers[end.signal] ?? 0) : end.code;
  }
}

const signalNumbers: Readonly<Record<string, number>> = constants.signals;

/** What is for this command, and what stands behind `--`. */
function split(argv: readonly string[]): readonly [readonly string[], readonly string[]] {
  const end = argv.indexOf('--');
  return end === -1 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
}
