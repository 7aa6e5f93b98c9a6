import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fixtureApp } from '../fixtures/fixture-app.ts';
import { npmRegistry } from '../fixtures/npm-registry.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { runnerPackage, runnerSource } from '../fixtures/runner-packages.ts';
import { contentsOf, type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';

const config = async (project: ScratchProject, path = 'live-lambda.config.json') =>
  JSON.parse(await readFile(project.at(path), 'utf8'));

describe('live-lambda runners', () => {
  it('adds a runner by its path, shows it, and removes it; twice changes nothing more', async () => {
    await using project = await scratchProject({
      'package.json': {},
      'infra/.keep': '',
      'tools/deno.mjs': runnerSource('deno'),
    });
    const cwd = project.at('infra');
    const added = await runCli(['runners', 'add', '../tools/deno.mjs'], { cwd });
    expect(added).toMatchObject({ code: 0, stderr: '', words: expect.stringContaining('The runner "deno" is ready.') });
    expect(await config(project)).toEqual({ runners: ['./tools/deno.mjs'] });

    const before = await contentsOf(project);
    const again = await runCli(['runners', 'add', '../tools/deno.mjs', '--json'], { cwd });
    expect(JSON.parse(again.stdout)).toMatchObject({ name: 'deno', config: { result: 'unchanged' } });
    expect(await contentsOf(project)).toEqual(before);

    const listed = JSON.parse((await runCli(['runners', 'list', '--json'], { cwd })).stdout);
    expect(listed.runners[0]).toMatchObject({ name: 'deno', source: { kind: 'config', spec: './tools/deno.mjs' } });
    expect(listed.runners.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['esbuild', 'tsx', 'esm', 'cjs']),
    );

    expect((await runCli(['runners', 'remove', 'deno'], { cwd })).code).toBe(0);
    expect(await config(project)).toEqual({ runners: [] });
    const nothing = await runCli(['runners', 'remove', 'deno', '--json'], { cwd });
    expect(nothing.code).toBe(0);
    expect(JSON.parse(nothing.stdout)).toEqual({ removed: false, spec: null, package: null, config: null });
  });

  it('reads a config in either syntax of JavaScript, and says where it is wrong', async () => {
    await using project = await scratchProject({ 'package.json': {}, 'tools/deno.mjs': runnerSource('deno') });
    const listed = async (name: string, text: string) => {
      await using config = await scratchProject({ 'package.json': {}, [name]: text });
      return (await runCli(['runners', 'list', '--json'], { cwd: config.folder })).stdout;
    };
    const spec = JSON.stringify(project.at('tools/deno.mjs'));
    const [module, broken] = await Promise.all([
      listed('live-lambda.config.js', `export default { runners: [${spec}] };`),
      listed('live-lambda.config.mjs', 'export default {\n  runner "tsx" };'),
    ]);
    expect(JSON.parse(module).runners[0].name).toBe('deno');
    expect(broken).toMatch(/live-lambda\.config\.mjs could not be loaded[\s\S]*live-lambda\.config\.mjs:2:/);
  });

  it('adds a package that npm installs from a registry, and takes it away again', async () => {
    await using project = await scratchProject({ 'package.json': { name: 'shop', private: true } });
    await using source = await scratchProject(runnerPackage('live-lambda-runner-deno', runnerSource('deno')));
    await using registry = await npmRegistry(source.at('live-lambda-runner-deno'));
    const cwd = project.folder;
    const env = {
      npm_config_registry: registry.url,
      npm_config_cache: project.at('.home/npm'),
      npm_config_audit: 'false',
    };
    const added = await runCli(['runners', 'add', 'live-lambda-runner-deno'], { cwd, env });
    expect(added.stderr).toBe('');
    expect(await config(project)).toEqual({ runners: ['live-lambda-runner-deno'] });
    expect((await config(project, 'package.json')).devDependencies).toEqual({ 'live-lambda-runner-deno': '^1.0.0' });
    const listed = JSON.parse((await runCli(['runners', 'list', '--json'], { cwd })).stdout);
    expect(listed.runners[0]).toMatchObject({ name: 'deno' });
    await runCli(['runners', 'remove', 'deno'], { cwd, env });
    expect(await config(project, 'package.json')).not.toHaveProperty('devDependencies.live-lambda-runner-deno');
    expect(await readdir(project.at('node_modules'))).not.toContain('live-lambda-runner-deno');
  });

  it('says what to write where the config is a program that makes its list', async () => {
    await using project = await scratchProject({
      'package.json': { type: 'module' },
      'deno.mjs': runnerSource('deno'),
      'live-lambda.config.ts': `import { defineConfig } from 'live-lambda';
        const runners: string[] = [];
        export default defineConfig({ runners });`,
    });
    const { code, stdout } = await runCli(['runners', 'add', './deno.mjs'], { cwd: project.folder });
    expect(code).toBe(0);
    expect(stdout).toContain(`Write this in ${project.at('live-lambda.config.ts')}:`);
    expect(stdout).toContain("runners: ['./deno.mjs'],");
  });

  it.each([
    [['add', './nowhere.ts'], 1, 'nowhere.ts does not exist'],
    [['add'], 2, 'live-lambda runners add needs <runner>'],
    [['add', './x.ts', '--fource'], 2, '--fource'],
  ])('says what is wrong with `runners %j`', async (args, exit, text) => {
    await using project = await scratchProject();
    const plain = await runCli(['runners', ...args], { cwd: project.folder });
    expect(plain.code).toBe(exit);
    expect(plain.words).toContain(text);
  });

  it('says it in small JSON when asked to', async () => {
    await using project = await scratchProject();
    const failed = await runCli(['runners', 'add', './nowhere.ts', '--json'], { cwd: project.folder });
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toEqual({
      error: {
        message: expect.stringContaining('nowhere.ts does not exist'),
        code: 'failed',
        suggestions: [expect.any(String)],
      },
    });
    const wrong = await runCli(['runners', 'add', '--json'], { cwd: project.folder });
    expect(wrong.code).toBe(2);
    expect(wrong.stdout.length).toBeLessThan(500);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'missing-argument' } });
  });

  it('names a config that is not valid, whatever is asked', async () => {
    await using project = await scratchProject({ 'live-lambda.config.json': '{\n  "runer": "tsx"\n}' });
    const { code, words } = await runCli(['runners', 'list'], { cwd: project.folder });
    expect(code).toBe(1);
    expect(words).toContain('live-lambda.config.json:2: there is no setting runer.');
    expect(words).toContain('Did you mean "runner" or "runners"?');
  });
});

describe('live-lambda runners test', () => {
  it('tries each function of the app with its runner, up to its first event, and fails when one fails', async () => {
    const app = await fixtureApp([
      { id: 'Orders', source: 'console.log("loading"); export const handler = () => { throw new Error("called"); };' },
      { id: 'Broken', source: 'throw new Error("no such table");' },
      { id: 'Missing', source: undefined },
      { id: 'Strange', source: '', extension: 'rb' },
    ]);
    try {
      const { code, stdout } = await runCli(['runners', 'test'], { cwd: app.folder });
      expect(code).toBe(1);
      expect(stdout).toMatch(/✓ Shop\/Orders {2}esm {2}prepared in \d+ ms, started in \d+ ms/);
      expect(stdout).toMatch(/✗ Shop\/Broken {2}esm\n.*src\/Broken\.mjs did not get as far[\s\S]*no such table/);
      expect(stdout).toMatch(/✗ Shop\/Missing {2}esm\n.*Missing\.mjs does not exist/);
      expect(stdout).not.toContain('called');
      const listed = await runCli(['runners', 'list'], { cwd: app.folder });
      expect(listed.stdout).toContain('No runner can run: Shop/Strange');
      const one = await runCli(['runners', 'test', 'cjs', '--json'], { cwd: app.folder });
      expect(one.code).toBe(0);
      expect(JSON.parse(one.stdout)).toMatchObject({ functions: [], runners: [{ runner: 'cjs', faults: [] }] });
      expect(await runCli(['runners', 'test', 'cjss'], { cwd: app.folder })).toMatchObject({
        code: 1,
        words: expect.stringContaining('Did you mean "cjs"'),
      });
    } finally {
      await app.remove();
    }
  });
});
