import * as Args from '@oclif/core/args';
import { CLIError, ExitError } from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import { parse } from '@oclif/core/parser';
import { describe, expect, it } from 'vitest';
import { UserError } from '../user-error.ts';
import { failureOf, silentExitCode } from './failure.ts';
import { UsageError } from './usage-error.ts';

const command = 'live-lambda runners add';

/** What oclif itself throws for a command line. */
async function usageError(argv: string[]): Promise<unknown> {
  const input = {
    args: { runner: Args.string({ description: 'Name of a package.', required: true }) },
    flags: { force: Flags.boolean(), port: Flags.integer({ min: 1 }), kind: Flags.string({ options: ['a', 'b'] }) },
    '--': true,
  };
  return parse(argv, input).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}

describe('a command line that cannot be understood', () => {
  it.each([
    [['x', '--fource'], 'unknown-flag', 'live-lambda runners add has no flag --fource.', 'Did you mean `--force`'],
    [['x', '--no-forc'], 'unknown-flag', 'live-lambda runners add has no flag --no-forc.', 'Did you mean `--force`'],
    [['x', '-q'], 'unknown-flag', 'live-lambda runners add has no flag -q.', '`npx live-lambda runners add --help`'],
    [[], 'missing-argument', 'live-lambda runners add needs <runner>: Name of a package.', '--help'],
    [['x', 'y'], 'unexpected-argument', 'live-lambda runners add takes no argument "y".', '--help'],
    [['x', '--kind', 'c'], 'invalid-value', 'Expected --kind=c to be one of: a, b.', '--help'],
    [
      ['x', '--port', '0'],
      'invalid-value',
      '--port: Expected an integer greater than or equal to 1 but received: 0.',
      '--help',
    ],
  ])('is told as what is wrong with it, with what was probably meant: %j', async (argv, code, message, advice) => {
    const failure = failureOf(await usageError(argv), command);
    expect(failure).toMatchObject({ code, message, exitCode: 2 });
    expect(failure.suggestions.join()).toContain(advice);
  });

  it('offers no flag that is nothing like it', async () => {
    const { suggestions } = failureOf(await usageError(['x', '--unheard-of']), command);
    expect(suggestions).toEqual(['`npx live-lambda runners add --help` shows what there is.']);
  });
});

describe('a command that failed', () => {
  it('may have found the command line senseless by itself', () => {
    const error = new UsageError('--until is before --since.', 'Turn them round.');
    expect(failureOf(error, command)).toMatchObject({ code: 'invalid-value', exitCode: 2 });
    const missing = new UsageError('No function is named.', 'Name one.', { code: 'missing-argument' });
    expect(failureOf(missing, command)).toMatchObject({ code: 'missing-argument', exitCode: 2 });
  });

  it('says what the developer can mend, and how', () => {
    const error = new UserError('There is no folder /shop.', 'Make it.');
    expect(failureOf(error, command)).toEqual({
      code: 'failed',
      message: 'There is no folder /shop.',
      suggestions: ['Make it.'],
      exitCode: 1,
    });
  });

  it('keeps the exit code and the advice that it chose itself, also in a plugin', () => {
    const error = new CLIError('no such stage', { exit: 3, suggestions: ['Name another.'] });
    expect(failureOf(error, command)).toEqual({
      code: 'failed',
      message: 'no such stage',
      suggestions: ['Name another.'],
      exitCode: 3,
    });
  });

  it('says of what nobody expected that it is a fault of the program', () => {
    for (const error of [new TypeError('x is not a function'), 'x is not a function']) {
      const failure = failureOf(error, command);
      expect(failure).toMatchObject({ code: 'internal', message: 'x is not a function', exitCode: 1 });
      expect(failure.suggestions.join()).toContain('DEBUG=');
    }
  });

  it('says which file or folder the system refuses', () => {
    const error = Object.assign(new Error("EROFS: read-only file system, open '/shop/package.json'"), {
      code: 'EROFS',
      syscall: 'open',
      path: '/shop/package.json',
    });
    expect(failureOf(error, command)).toEqual({
      code: 'failed',
      message: 'The system refused the use of /shop/package.json (EROFS).',
      suggestions: ['Give yourself access to it, or make room on its disk, then run the same again.'],
      exitCode: 1,
    });
  });

  it('says nothing where it ended itself', () => {
    expect(silentExitCode(new ExitError(4))).toBe(4);
    expect(silentExitCode(new Error('x'))).toBeUndefined();
    expect(silentExitCode('x')).toBeUndefined();
  });
});
