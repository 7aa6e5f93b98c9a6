import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '@live-lambda/runner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakePackageManagers } from '../fixtures/package-managers.ts';
import { runnerPackage, runnerSource } from '../fixtures/runner-packages.ts';
import { contentsOf, type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';
import { UserError } from '../user-error.ts';
import { packageManagerRunner } from './installation.ts';
import { addRunner, type ChangeOptions, removeRunner } from './runner-changes.ts';

const rude = `
export default {
  name: 'rude',
  claims: () => true,
  prepare() {
    throw new Error('no entry');
  },
};`;

const builtIn: Runner = { name: 'tsx', claims: () => false, prepare: () => Promise.reject(new Error('not asked')) };

let packages: ScratchProject;

beforeAll(async () => {
  packages = await scratchProject({
    ...runnerPackage('live-lambda-runner-deno', runnerSource('deno')),
    ...runnerPackage('live-lambda-runner-shapeless', 'export default { name: "shapeless", claims: true };'),
    ...runnerPackage('live-lambda-runner-rude', rude),
    ...runnerPackage('live-lambda-runner-fickle', rude.replace('() => true', '() => Math.random()')),
  });
});

afterAll(() => packages[Symbol.asyncDispose]());

async function changesIn(project: ScratchProject, below = '.') {
  const managers = await fakePackageManagers(project.at('.home'), packages.folder);
  const options: ChangeOptions = {
    currentFolder: project.at(below),
    builtIn: [builtIn, { ...builtIn, name: 'go' }],
    run: packageManagerRunner({ PATH: managers.path }, process.platform),
    missingTools: async (name) => (name === 'go' ? [{ what: 'Go (go)', install: 'brew install go' }] : []),
    tell: () => undefined,
  };
  return {
    asked: managers.asked,
    add: (name: string) => addRunner(name, options),
    remove: (name: string) => removeRunner(name, options),
  };
}

const json = async (project: ScratchProject, path = 'live-lambda.config.json') =>
  JSON.parse(await readFile(project.at(path), 'utf8'));

async function fault(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${error}`);
  return `${error.message} ${error.hint}`;
}

describe('runners of a project', () => {
  it.each([
    [
      'npm',
      { 'package.json': { workspaces: ['services/*'] }, 'package-lock.json': '{}' },
      '.',
      ['--workspace', 'services/orders'],
    ],
    [
      'pnpm',
      { 'package.json': {}, 'pnpm-workspace.yaml': '', 'pnpm-lock.yaml': '' },
      'services/orders',
      ['add', '--save-dev'],
    ],
    ['yarn', { 'package.json': { workspaces: ['services/*'] }, 'yarn.lock': '' }, 'services/orders', ['add', '--dev']],
  ])('adds a package to a member of a workspace of %s', async (program, files, cwd, args) => {
    await using project = await scratchProject({ ...files, 'services/orders/package.json': {} });
    const { add, remove, asked } = await changesIn(project, 'services/orders');
    expect(await add('live-lambda-runner-deno@1.0.0')).toMatchObject({ name: 'deno', spec: 'live-lambda-runner-deno' });
    expect(await asked()).toEqual([
      {
        program,
        args: expect.arrayContaining([...args, 'live-lambda-runner-deno@1.0.0']),
        cwd: join(project.folder, cwd),
      },
    ]);
    expect(await json(project, 'services/orders/live-lambda.config.json')).toEqual({
      runners: ['live-lambda-runner-deno'],
    });
    expect(await add('live-lambda-runner-deno')).toMatchObject({ package: undefined, edit: { result: 'unchanged' } });
    expect(await asked()).toHaveLength(1);
    await remove('deno');
    expect((await asked())[1]).toMatchObject({ program, args: expect.arrayContaining(['live-lambda-runner-deno']) });
    expect(await json(project, 'services/orders/package.json')).toEqual({ devDependencies: {} });
  });

  it('takes the name of a file that is there for its path, and not for a package of that name', async () => {
    await using project = await scratchProject({ 'package.json': {}, 'tools/deno.mjs': runnerSource('deno') });
    const { add, remove, asked } = await changesIn(project, 'tools');
    expect(await add('deno.mjs')).toMatchObject({ name: 'deno', spec: './tools/deno.mjs', package: undefined });
    await remove('deno.mjs');
    expect(await json(project)).toEqual({ runners: [] });
    expect(await asked()).toEqual([]);
  });

  it('says of a packed package how it is added', async () => {
    await using project = await scratchProject({ 'package.json': {}, 'deno-1.0.0.tgz': '' });
    const { add } = await changesIn(project);
    expect(await fault(add('./deno-1.0.0.tgz'))).toMatch(/deno-1\.0\.0\.tgz is a packed package: install it/);
  });

  it.each([
    [
      'live-lambda-runner-shapeless',
      /claims must be a function, and is true; prepare must be a function/,
      'docs/runners.md',
    ],
    [
      'live-lambda-runner-rude',
      /prepare must not throw for a file that is missing, and threw: no entry/,
      'docs/runners.md',
    ],
    ['live-lambda-runner-fickle', /claims must give true or false/, 'docs/runners.md'],
    ['live-lambda-runner-unknown', /failed \(code 1\):\s.*404 Not Found/, 'try again'],
  ])('leaves everything as it was when %s is no runner', async (name, reason, hint) => {
    await using project = await scratchProject({ 'package.json': '{"name":"shop"}', 'package-lock.json': '{ }' });
    const { add } = await changesIn(project);
    const before = await contentsOf(project);
    const text = await fault(add(name));
    expect(text).toMatch(reason);
    expect(text).toContain(hint);
    expect(await contentsOf(project)).toEqual(before);
    expect(await readdir(project.at('node_modules')).catch(() => [])).not.toContain(name);
  });

  it('have one name each, and one of the config may have the name of a built-in one', async () => {
    await using project = await scratchProject({
      'a.mjs': runnerSource('deno'),
      'b.mjs': runnerSource('deno'),
      'c.mjs': runnerSource('tsx'),
    });
    const { add } = await changesIn(project);
    await add('./a.mjs');
    await add('./c.mjs');
    const text = await fault(add('./b.mjs'));
    expect(text).toContain('has a runner "deno" already: ./a.mjs.');
    expect(text).toContain('live-lambda runners remove deno');
    expect(await json(project)).toEqual({ runners: ['./a.mjs', './c.mjs'] });
  });

  it('that are built in can be put first, and stay when they are taken off the list', async () => {
    await using project = await scratchProject({ 'package.json': {} });
    const { add, remove, asked } = await changesIn(project);
    expect(await add('tsx')).toMatchObject({ name: 'tsx', package: undefined });
    expect(await json(project)).toEqual({ runners: ['tsx'] });
    await remove('tsx');
    expect(await json(project)).toEqual({ runners: [] });
    expect(await asked()).toEqual([]);
  });

  it('that are built in are added only where this machine has what they need', async () => {
    await using project = await scratchProject();
    const { add } = await changesIn(project);
    expect(await fault(add('go'))).toMatch(/"go" needs .*: Go \(go\)\. .*brew install go$/);
    expect(await contentsOf(project)).toEqual({});
  });

  it('are removed by path and by package as well, also when they cannot be loaded any more', async () => {
    await using project = await scratchProject({
      'live-lambda.config.json': { runners: ['./gone.mjs', 'gone-package'] },
      'package.json': { devDependencies: { 'gone-package': '1.0.0' } },
      'below/.keep': '',
    });
    const { remove, asked } = await changesIn(project, 'below');
    expect(await remove('../gone.mjs')).toMatchObject({ spec: './gone.mjs' });
    expect(await remove('gone-package')).toMatchObject({ package: 'gone-package' });
    expect(await json(project)).toEqual({ runners: [] });
    expect(await asked()).toMatchObject([{ args: expect.arrayContaining(['uninstall', 'gone-package']) }]);
    expect(await remove('anything')).toBeUndefined();
  });

  it('keep a package that the project needs at run time', async () => {
    await using project = await scratchProject({
      'package.json': { dependencies: { 'live-lambda-runner-deno': '1.0.0' } },
      ...Object.fromEntries(
        Object.entries(runnerPackage('live-lambda-runner-deno', runnerSource('deno'))).map(([path, text]) => [
          `node_modules/${path}`,
          text,
        ]),
      ),
    });
    const { add, remove, asked } = await changesIn(project);
    await add('live-lambda-runner-deno');
    await remove('deno');
    expect(await asked()).toEqual([]);
  });

  it.each([
    ['Not A Package', 'neither the name of a package nor a path'],
    ['--save', 'neither the name of a package nor a path'],
    ['deno; rm -rf /', 'neither the name of a package nor a path'],
    ['live-lambda-runner-deno', 'There is no package.json'],
    ['./nowhere.ts', 'nowhere.ts does not exist'],
  ])('are not %s, and nothing is started', async (name, text) => {
    await using project = await scratchProject();
    const { add, asked } = await changesIn(project);
    expect(await fault(add(name))).toContain(text);
    expect(await asked()).toEqual([]);
  });

  it("are installed by the developer's package manager, and not by one that a dependency brought", async () => {
    await using project = await scratchProject({ 'package.json': {}, 'yarn.lock': '' });
    const own = await fakePackageManagers(project.at('.home/own'), packages.folder);
    await using other = await scratchProject({ 'node_modules/.bin/yarn': '#!/bin/sh\nexit 9\n' });
    await chmod(other.at('node_modules/.bin/yarn'), 0o755);
    const run = packageManagerRunner({ PATH: `${other.at('node_modules/.bin')}:${own.path}` }, process.platform);
    const options = {
      currentFolder: project.folder,
      builtIn: [],
      run,
      missingTools: async () => [],
      tell: () => undefined,
    };
    expect(await addRunner('live-lambda-runner-deno', options)).toMatchObject({ name: 'deno' });
    expect(await own.asked()).toHaveLength(1);
  });

  it('need the package manager that the project names', async () => {
    await using project = await scratchProject({ 'package.json': { packageManager: 'pnpm@10.0.0' } });
    const run = packageManagerRunner({ PATH: project.folder }, process.platform);
    const options = {
      currentFolder: project.folder,
      builtIn: [],
      run,
      missingTools: async () => [],
      tell: () => undefined,
    };
    const text = await fault(addRunner('live-lambda-runner-deno', options));
    expect(text).toContain('pnpm could not be started');
    expect(text).toContain('corepack enable');
  });
});
