import { describe, expect, it } from 'vitest';
import { unknownCommand } from './unknown-command.ts';

const known = {
  bin: 'live-lambda',
  commands: ['tunnel', 'deploy', 'runners:add', 'runners:list', 'keys:add'],
  topics: ['runners', 'keys'],
};

describe('a command line that names no command', () => {
  it.each(['tunnel', 'runners:add', 'runners'])('is not %s', (id) => {
    expect(unknownCommand(id, known)).toBeUndefined();
  });

  it.each([
    ['tunel', 'live-lambda has no command "tunel".', 'Did you mean `npx live-lambda tunnel`? `npx live-lambda --help`'],
    ['runner', 'live-lambda has no command "runner".', 'Did you mean `npx live-lambda runners`'],
    ['runners:ad', 'live-lambda runners has no command "ad".', 'Did you mean `npx live-lambda runners add`?'],
    ['runners:ad:./x.ts', 'live-lambda runners has no command "ad".', '`npx live-lambda runners --help`'],
    ['xyzzy', 'live-lambda has no command "xyzzy".', '`npx live-lambda --help` shows what there is.'],
  ])('offers those that were probably meant by %s', (id, message, advice) => {
    const failure = unknownCommand(id, known);
    expect(failure).toMatchObject({ code: 'unknown-command', message, exitCode: 2 });
    expect(failure?.suggestions.join()).toContain(advice);
  });

  it('may name one that takes no arguments, with some', () => {
    expect(unknownCommand('tunnel:CreateOrder', known)).toMatchObject({
      code: 'unexpected-argument',
      message: 'live-lambda tunnel takes no argument "CreateOrder".',
      suggestions: ['`npx live-lambda tunnel --help` shows what there is.'],
    });
  });

  it('may begin with a flag', () => {
    expect(unknownCommand('--verbose', known)).toMatchObject({
      code: 'unknown-flag',
      message: 'live-lambda itself has no flag --verbose.',
    });
  });
});
