import { join } from 'node:path';
import { Config } from '@oclif/core/config';
import { describe, expect, it } from 'vitest';
import { runCli } from './fixtures/run-cli.ts';
import { scratchProject } from './fixtures/scratch-project.ts';

const root = join(import.meta.dirname, '..');

describe('the command line', () => {
  it('says its version, with and without the command', async () => {
    await using project = await scratchProject();
    const options = { cwd: project.folder };
    const [flag, letter, command, json] = await Promise.all([
      runCli(['--version'], options),
      runCli(['-v'], options),
      runCli(['version'], options),
      runCli(['version', '--json'], options),
    ]);
    expect(flag.stdout).toMatch(/^live-lambda\/\d+\.\d+\.\d+ \S+ node-v\d+\S*\n$/);
    expect([letter.stdout, command.stdout]).toEqual([flag.stdout, flag.stdout]);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'live-lambda', node: process.version });
  });

  it('has a summary and an example for every command of its own', async () => {
    const { commands } = await Config.load(root);
    const own = commands.filter(({ pluginName }) => pluginName === 'live-lambda');
    expect(own.map(({ id }) => id)).toEqual(expect.arrayContaining(['tunnel', 'init', 'deploy', 'keys:add', 'config']));
    const silent = own.filter(({ summary, examples }) => !summary || !examples?.length);
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it.each([
    [['tunel'], 'live-lambda has no command "tunel".\n  Did you mean `npx live-lambda tunnel`?'],
    [['help', 'tunel'], 'live-lambda has no command "tunel".'],
    [['keys', 'ad'], 'live-lambda keys has no command "ad".\n  Did you mean `npx live-lambda keys add`'],
    [['tunnel', 'CreateOrder'], 'live-lambda tunnel takes no argument "CreateOrder".'],
    [['tunnel', '--verbos'], 'live-lambda tunnel has no flag --verbos.\n  Did you mean `--verbose`?'],
    [['tunnel', '--max-environments', 'many'], '--max-environments: Expected an integer but received: many.'],
    [['--tunnel'], 'live-lambda itself has no flag --tunnel.'],
  ])('ends with 2 at a mistake in it, and says what was probably meant: %j', async (args, text) => {
    await using project = await scratchProject();
    const [plain, json] = await Promise.all([
      runCli(args, { cwd: project.folder }),
      runCli([...args, '--json'], { cwd: project.folder }),
    ]);
    expect(plain).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(text) });
    expect(plain.stderr).not.toMatch(/\n\s+at /);
    expect(json).toMatchObject({ code: 2, stderr: '' });
    const { error, ...others } = JSON.parse(json.stdout);
    expect(others).toEqual({});
    expect(text).toContain(error.message);
    expect(error).toEqual({ message: expect.any(String), code: expect.any(String), suggestions: [expect.any(String)] });
  });

  it('shows where an error comes from only when it is asked to', async () => {
    await using project = await scratchProject({ 'live-lambda.config.mjs': 'throw new Error("no such stage");' });
    const run = (env = {}) => runCli(['config'], { cwd: project.folder, env });
    const [plain, debug] = await Promise.all([run(), run({ DEBUG: 'live-lambda' })]);
    expect(plain).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Error: .*no such stage\n {2}Correct it/) });
    expect(plain.stderr).not.toMatch(/\n\s+at /);
    expect(debug.stderr).toMatch(/\n\s+at /);
  });

  it('shows the commands of a topic', async () => {
    await using project = await scratchProject();
    const { code, stdout } = await runCli(['keys'], { cwd: project.folder });
    expect(code).toBe(0);
    for (const command of ['keys add', 'keys list', 'keys remove', 'keys show']) expect(stdout).toContain(command);
  });
});
