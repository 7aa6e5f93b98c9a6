import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { runCli } from '../fixtures/run-cli.ts';
import { type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';

const ada = 'AAECAwQFBgcICQoLDA0ODw';
const bob = '-BESExQVFhcYGRobHB0eHw';

const app = { '.git/HEAD': '', 'infra/cdk.json': { app: 'node app.mjs' }, 'infra/lib/.keep': '' };

/** Runs a command in a project whose developer has a home of their own. */
function commands(project: ScratchProject, folder = 'infra') {
  const options = { cwd: project.at(folder), env: { HOME: project.at('.home') } };
  const run = (...args: readonly string[]) => runCli(['keys', ...args], options);
  return { run, json: async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).stdout) };
}

describe('live-lambda keys', () => {
  it('shows the fingerprint alone on stdout, the same each time, and never the key', async () => {
    await using project = await scratchProject(app);
    const { run, json } = commands(project);
    const first = await run('show');
    expect(first.stdout).toMatch(/^[\w-]{22}\n$/);
    const { fingerprint, file, created } = await json('show');
    expect({ fingerprint, created }).toEqual({ fingerprint: first.stdout.trim(), created: false });
    expect(first.stderr).toContain(`Your key was made, and is in ${file}.`);
    expect((await stat(file)).mode & 0o077).toBe(0);
    const secret = JSON.parse(await readFile(file, 'utf8')).d;
    expect(first.stdout + first.stderr).not.toContain(secret);
  });

  it('makes the list with your own key first, adds to it, shows it and takes away', async () => {
    await using project = await scratchProject({ ...app, 'bob.keys': `${bob} Bob\n` });
    const { run, json } = commands(project, 'infra/lib');
    const { fingerprint: own } = await json('show');
    expect((await run('list')).stdout).toContain('trust whoever deploys them');

    const added = await run('add', ada, '--name', 'Ada Lovelace');
    const file = project.at('infra/live-lambda.keys');
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining(`Added ${ada} Ada Lovelace to ${file}.`) });
    expect(added.stdout).toContain(`${own} `);
    await project.write('infra/live-lambda.keys', `${await readFile(file, 'utf8')}# friends\n`);
    expect(await json('add', '../../bob.keys')).toEqual({ keysFile: file, added: [bob], present: [] });
    expect((await run('add', bob)).stdout).toBe(`${bob} is in ${file} already.\n`);

    const listed = await json('list');
    expect(listed.keys).toEqual([
      { fingerprint: own, name: expect.any(String), own: true },
      { fingerprint: ada, name: 'Ada Lovelace', own: false },
      { fingerprint: bob, name: 'Bob', own: false },
    ]);
    expect((await run('remove', bob)).code).toBe(0);
    expect((await run('remove', 'ada lovelace')).stdout).toContain(`Removed ${ada} Ada Lovelace`);
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^# .*\n${own} \\S+\n# friends\n$`));
    expect(await run('remove', own)).toMatchObject({ code: 1, stderr: expect.stringContaining('would trust nobody') });
  });

  it('makes the list with your own key under the name that you give', async () => {
    await using project = await scratchProject(app);
    const { run, json } = commands(project);
    expect((await run('add', '--name', 'Ada Lovelace')).stdout).toMatch(/^Added [\w-]{22} Ada Lovelace \(you\) to /);
    expect((await json('list')).keys).toEqual([{ fingerprint: expect.any(String), name: 'Ada Lovelace', own: true }]);
  });

  it('reads the list that the construct library reads, up to the top of the repository', async () => {
    await using project = await scratchProject({ ...app, 'live-lambda.keys': `${ada} Ada\n` });
    const { run, json } = commands(project);
    expect((await json('list')).keysFile).toBe(project.at('live-lambda.keys'));
    expect((await run('show')).stderr).toContain('does not list it: `npx live-lambda keys add` adds it.');
    expect(await json('add')).toMatchObject({ keysFile: project.at('live-lambda.keys'), added: [expect.any(String)] });
    expect(await json('show')).toMatchObject({ listed: true });
  });

  it.each([
    [['add', 'nobody'], 2, '"nobody" is neither the fingerprint of a key nor a file.'],
    [['add', ada, '--name', 'a#b'], 2, '"a#b" cannot be a name'],
    [['remove', 'Adda'], 1, 'Did you mean "Ada"?'],
    [['remove'], 2, 'live-lambda keys remove needs <key>'],
  ])('says what is wrong with `keys %j`', async (args, exit, text) => {
    await using project = await scratchProject({ ...app, 'live-lambda.keys': `${ada} Ada\n` });
    expect(await commands(project).run(...args)).toMatchObject({ code: exit, stderr: expect.stringContaining(text) });
  });

  it('names the line of a list that cannot be read', async () => {
    await using project = await scratchProject({ ...app, 'live-lambda.keys': `${ada}\nAda\n` });
    const { code, stderr } = await commands(project).run('list');
    expect(code).toBe(1);
    expect(stderr).toContain(`${project.at('live-lambda.keys')}: line 2 does not start with a fingerprint`);
  });
});
