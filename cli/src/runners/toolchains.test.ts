import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { missingTools, tryProgram } from './toolchains.ts';

/** A machine on which these command lines work. */
const machine = (...working: readonly string[]) => ({
  platform: 'linux' as const,
  works: async (command: string, args: readonly string[]) => working.includes([command, ...args].join(' ')),
});

const missing = async (language: string, folder: string, ...working: readonly string[]) =>
  (await missingTools(language, { folder, ...machine(...working) })).map(({ what, install }) => `${what}: ${install}`);

describe('what a language needs on this machine', () => {
  it.each([
    ['go', ['go version']],
    ['rust', ['cargo --version']],
    ['java', ['java -version', 'mvn --version']],
    ['python', ['python3 --version', 'python3 -c import awslambdaric']],
    ['tsx', []],
  ])('is nothing more for %s with %j', async (language, working) => {
    await using project = await scratchProject();
    expect(await missing(language, project.folder, ...working)).toEqual([]);
  });

  it.each([
    ['go', [], ['Go (go): sudo apt-get install golang-go']],
    ['rust', [], [expect.stringContaining('https://sh.rustup.rs')]],
    ['java', [], ['Java (java): sudo apt-get install default-jdk', 'Maven (mvn): sudo apt-get install maven']],
    ['python', [], ['Python 3 (python3): sudo apt-get install python3 python3-venv']],
    [
      'python',
      ['python3 --version'],
      [expect.stringMatching(/python3 -m venv \.venv && .*\.venv\/bin\/python -m pip install awslambdaric$/)],
    ],
  ])('is told with the command that gets it: %s with %j', async (language, working, expected) => {
    await using project = await scratchProject();
    expect(await missing(language, project.folder, ...working)).toEqual(expected);
  });

  it('is asked of the virtual environment of the project, where there is one', async () => {
    await using project = await scratchProject({ 'package.json': {}, '.venv/bin/python': '', 'below/.keep': '' });
    const python = project.at('.venv/bin/python');
    expect(await missing('python', project.at('below'), `${python} --version`)).toEqual([
      `awslambdaric, AWS's runtime client for Python: ${python} -m pip install awslambdaric`,
    ]);
  });

  it('is Linux for Java', async () => {
    const there = { ...machine('java -version', 'mvn --version'), platform: 'darwin' as const };
    expect(await missingTools('java', { folder: '/shop', ...there })).toMatchObject([
      { what: expect.stringContaining('Linux') },
    ]);
  });

  it('is found out by starting programs', async () => {
    await using project = await scratchProject();
    const works = tryProgram(project.folder, process.env);
    expect(await works(process.execPath, ['--version'])).toBe(true);
    expect(await works(process.execPath, ['-e', 'process.exit(1)'])).toBe(false);
    expect(await works('no-such-program', [])).toBe(false);
  });
});
