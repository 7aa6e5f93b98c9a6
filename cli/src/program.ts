import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { normalizeArgv } from '@oclif/core/help';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { type Failure, failureOf, silentExitCode } from './failures/failure.ts';
import { tellFailure } from './failures/tell-failure.ts';
import { unknownCommand } from './failures/unknown-command.ts';
import { findProjectPlugins } from './plugins/find-project-plugins.ts';

/** What runs where no command is named: it says what to do next. */
const nextCommand = 'next';

/** The command line as a whole. Ends the process where the command failed; what failed is told the same way for all. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  // The commands are compiled when this is built; a stray TypeScript configuration of the user's must not matter.
  settings.enableAutoTranspile = false;
  endWithClosedPipe();
  const config = await loadConfig();
  const args = argv.length === 0 ? [nextCommand] : [...argv];
  const unknown = unknownIn(config, args);
  if (unknown) return fail(unknown, args);
  try {
    await run(args, config);
  } catch (error) {
    const silent = silentExitCode(error);
    if (silent !== undefined) process.exit(silent);
    const [id = ''] = normalizeArgv(config, args);
    await fail(failureOf(error, [config.bin, ...id.split(':')].join(' ')), args, error);
  }
}

async function loadConfig(): Promise<Config> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const plugins = findProjectPlugins(process.cwd());
  if (plugins === undefined) return Config.load({ root });
  const { configWithPlugins } = await import('./plugins/project-plugins.ts');
  return configWithPlugins(root, plugins, (text) => process.stderr.write(`Warning: ${text}\n`));
}

function unknownIn(config: Config, args: readonly string[]): Failure | undefined {
  const asked = args[0] === 'help' ? args.slice(1) : args;
  if (asked.length === 0 || isHelpFlag(asked[0])) return undefined;
  const [id = ''] = normalizeArgv(config, [...asked]);
  return unknownCommand(id, {
    bin: config.bin,
    commands: config.commandIDs,
    topics: config.topics.map(({ name }) => name),
  });
}

function isHelpFlag(arg: string | undefined): boolean {
  return arg !== undefined && ['--help', '-h', '--version', '-v'].includes(arg);
}

async function fail(failure: Failure, args: readonly string[], error?: unknown): Promise<never> {
  const end = args.indexOf('--');
  const json = (end === -1 ? args : args.slice(0, end)).includes('--json');
  await tellFailure(failure, { json, debug: Boolean(process.env.DEBUG) }, error);
  // What the command had open would keep the process alive.
  process.exit(failure.exitCode);
}

/** Whoever reads the output may have seen enough, as `head` has. */
function endWithClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
