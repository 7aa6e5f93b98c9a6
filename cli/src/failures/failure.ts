import { nearMisses } from '../near-miss.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { UsageError } from './usage-error.ts';

/** What kind of failure it is, for programs. */
export type FailureCode =
  | 'unknown-command'
  | 'unknown-flag'
  | 'unexpected-argument'
  | 'missing-argument'
  | 'invalid-value'
  /** Something that the developer can mend. */
  | 'failed'
  /** A fault of this program or of a plugin. */
  | 'internal';

/** Why a command ended without having done what was asked. */
export interface Failure {
  readonly code: FailureCode;
  /** What happened. */
  readonly message: string;
  /** What to do next. */
  readonly suggestions: readonly string[];
  readonly exitCode: number;
}

/** The command line was not understood; nothing was done. Source: GNU Coding Standards and oclif, which use 2 for it. */
const usageExitCode = 2;
const failedExitCode = 1;

/** How oclif begins the error of a flag or argument whose value its own parser refused. */
const unparsedValue = /^Parsing --?[\w-]+\s+/;

/** The system's refusals that a developer can mend. Source: POSIX.1-2017, `errno.h`. */
const refusals = new Set<unknown>(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/** Of the command that failed, as it is written on a command line, for example `live-lambda runners add`. */
type CommandText = string;

/** What oclif's errors have besides a message. Source: @oclif/core 4, `lib/parser/errors` and `lib/errors`. */
interface OclifError extends Error {
  readonly code?: string;
  readonly oclif?: { readonly exit?: number };
  readonly suggestions?: readonly string[];
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>> } };
  readonly flags?: readonly string[];
  readonly args?: readonly (string | { readonly name: string; readonly description?: string })[];
}

/** The exit code of a command that ended itself on purpose, with nothing to say; undefined for every other error. */
export function silentExitCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, oclif } = error as OclifError;
  return code === 'EEXIT' ? (oclif?.exit ?? 0) : undefined;
}

/** What an error that ended a command means to whoever started it. */
export function failureOf(error: unknown, command: CommandText): Failure {
  if (error instanceof UserError) {
    const told = { message: error.message, suggestions: [error.hint] };
    return error instanceof UsageError
      ? { code: error.code, ...told, exitCode: usageExitCode }
      : { code: 'failed', ...told, exitCode: failedExitCode };
  }
  if (!(error instanceof Error)) return internal(String(error));
  const found = error as OclifError;
  if (found.parse !== undefined) return usageFailure(found, command);
  const [value] = unparsedValue.exec(found.message) ?? [];
  if (value !== undefined)
    return usage('invalid-value', sentence(found.message.replace(value, `${value.slice(8).trim()}: `)), command);
  const refused = refusalOf(found);
  if (refused) return failureOf(refused, command);
  if (found.oclif === undefined) return internal(found.message);
  const { exit = failedExitCode } = found.oclif;
  return { code: 'failed', message: found.message, suggestions: found.suggestions ?? [], exitCode: exit };
}

/** A file or folder that cannot be used is no fault of the program, whichever part of it met that. */
function refusalOf(error: NodeJS.ErrnoException): UserError | undefined {
  const { code, path } = error;
  if (path === undefined || !refusals.has(code)) return undefined;
  return new UserError(
    `The system refused the use of ${path} (${code}).`,
    'Give yourself access to it, or make room on its disk, then run the same again.',
    { cause: error },
  );
}

function internal(message: string): Failure {
  return {
    code: 'internal',
    message: message === '' ? 'Something failed without saying what.' : message,
    suggestions: [
      'This should not happen. Run it again with DEBUG=live-lambda to see where it comes from, and report that.',
    ],
    exitCode: failedExitCode,
  };
}

/** oclif tells its errors of a command line apart by their classes, of which a plugin may have a copy of its own. */
function usageFailure(error: OclifError, command: CommandText): Failure {
  const [first = '', second = ''] = (error.args ?? []).map((each) =>
    typeof each === 'string' ? each : `<${each.name}>`,
  );
  switch (error.constructor.name) {
    case 'NonExistentFlagsError':
      return unknownFlag(error, command);
    case 'UnexpectedArgsError':
      return unexpectedArgument(first, command);
    case 'RequiredArgsError':
      return usage(
        'missing-argument',
        `${command} needs ${[first, second].filter(Boolean).join(' and ')}${described(error)}.`,
        command,
      );
    default:
      return usage('invalid-value', sentence(error.message), command);
  }
}

function described({ args = [] }: OclifError): string {
  const [only, ...others] = args;
  const description = typeof only === 'object' ? only.description : undefined;
  return description === undefined || others.length > 0 ? '' : `: ${description.replace(/\.$/, '')}`;
}

function unknownFlag({ flags = [], parse }: OclifError, command: CommandText): Failure {
  const [flag = ''] = flags;
  const name = flag.replace(/^-+/, '').replace(/=.*/, '').replace(/^no-/, '');
  const known = Object.keys(parse?.input?.flags ?? {});
  // A letter alone is near to everything that is short.
  const meant = name.length < 2 ? [] : nearMisses(name, known).map((each) => `--${each}`);
  return usage('unknown-flag', `${command} has no flag ${flag.replace(/=.*/, '')}.`, command, meant);
}

/** An argument too many. */
export function unexpectedArgument(argument: string, command: CommandText): Failure {
  return usage('unexpected-argument', `${command} takes no argument "${argument}".`, command);
}

/** @param meant what was probably meant instead */
export function usage(
  code: FailureCode,
  message: string,
  command: CommandText,
  meant: readonly string[] = [],
): Failure {
  const help = `\`${projectCommand(command)} --help\` shows what there is.`;
  const question = meant.length === 0 ? '' : `Did you mean ${meant.map((each) => `\`${each}\``).join(' or ')}? `;
  return { code, message, suggestions: [question + help], exitCode: usageExitCode };
}

/** oclif's own words, in one line, without its advice to look into the help. */
function sentence(message: string): string {
  const lines = message
    .replace(/\nSee more help with --help$/, '')
    .split('\n')
    .map((line) => line.trim());
  const text = lines.filter((line) => line !== '' && !/^The following errors? occurred:$/.test(line)).join(' ');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
