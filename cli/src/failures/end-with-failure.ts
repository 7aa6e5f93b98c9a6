import { Config } from '@oclif/core/config';
import { normalizeArgv } from '@oclif/core/help';
import { CommandLineError } from './command-line-error.ts';
import { failureOf, silentExitCode } from './failure.ts';
import { tellFailure } from './tell-failure.ts';

/** A start of the program. */
export interface FailedStart {
  /** The folder of its package. */
  readonly root: string;
  readonly args: readonly string[];
}

/** Tells why a command failed, and ends the process with the exit code of that. */
export async function endWithFailure(error: unknown, { root, args }: FailedStart): Promise<never> {
  const silent = silentExitCode(error);
  if (silent !== undefined) process.exit(silent);
  const failure = error instanceof CommandLineError ? error.failure : failureOf(error, await commandText(root, args));
  const end = args.indexOf('--');
  const json = (end === -1 ? args : args.slice(0, end)).includes('--json');
  const shown = error instanceof CommandLineError ? undefined : error;
  await tellFailure(failure, { json, debug: Boolean(process.env.DEBUG) }, shown);
  // What the command had open would keep the process alive.
  process.exit(failure.exitCode);
}

/** The command as it is written, without its arguments. */
async function commandText(root: string, args: readonly string[]): Promise<string> {
  const config = await Config.load({ root });
  const [id = ''] = normalizeArgv(config, [...args]);
  return [config.bin, ...id.split(':')].join(' ');
}
