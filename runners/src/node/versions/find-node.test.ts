import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskFolder } from '../../fixtures/task-folder.ts';
import { findNode } from './find-node.ts';
import { nodeFor } from './node-for-runtime.ts';
import { askNode, RUNNING_NODE } from './node-program.ts';

const RUNNING_MAJOR = Number(process.versions.node.split('.')[0]);

/** Programs that answer as Node does when it is asked for its version. */
const posixOnly = describe.skipIf(process.platform === 'win32');

function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function fakeNode(path: string, version: string): string {
  return program(path, `echo '["${version}","'"$0"'","--experimental-require-module"]'`);
}

posixOnly('finding a Node', () => {
  const find = (homeFolder: string, env: Readonly<Record<string, string>> = {}) =>
    findNode({ major: 17, env, platform: 'linux', homeFolder });

  it('takes the one that runs this program, if it is of the major version', async () => {
    expect(await findNode({ major: RUNNING_MAJOR })).toMatchObject({ path: process.execPath, source: 'running' });
  });

  it('takes the newest of the major version, whoever installed it', async () => {
    const home = taskFolder({});
    fakeNode(join(home, '.nvm/versions/node/v17.9.1/bin/node'), '17.9.1');
    fakeNode(join(home, '.nvm/versions/node/v18.0.0/bin/node'), '18.0.0');
    const newest = fakeNode(join(home, '.volta/tools/image/node/17.10.0/bin/node'), '17.10.0');
    fakeNode(join(home, 'bin/node'), '17.2.0');
    expect(await find(home, { PATH: join(home, 'bin') })).toMatchObject({
      path: newest,
      version: '17.10.0',
      source: 'volta',
    });
  });

  it('takes one from PATH that is newer than those with a version in their path', async () => {
    const home = taskFolder({});
    fakeNode(join(home, '.nvm/versions/node/v17.9.1/bin/node'), '17.9.1');
    fakeNode(join(home, 'bin/node'), '17.20.0');
    expect(await find(home, { PATH: join(home, 'bin') })).toMatchObject({ version: '17.20.0', source: 'PATH' });
  });

  it('believes no folder’s name: a program that is another version, broken, or gone is passed over', async () => {
    const home = taskFolder({});
    const versions = join(home, '.nvm/versions/node');
    fakeNode(join(versions, 'v17.9.0/bin/node'), '18.1.0');
    program(join(versions, 'v17.8.0/bin/node'), 'exit 1');
    program(join(versions, 'v17.7.0/bin/node'), 'echo hello');
    mkdirSync(join(versions, 'v17.6.0'), { recursive: true });
    const good = fakeNode(join(versions, 'v17.5.0/bin/node'), '17.5.0');
    expect(await find(home)).toMatchObject({ path: good, version: '17.5.0' });
  });

  it('finds none where there is none', async () => {
    expect(await find(taskFolder({}))).toBeUndefined();
  });
});

describe('asking a program', () => {
  it('gives the version, the flags and the path of a Node, also through a link', async () => {
    const link = join(taskFolder({}), 'node-by-another-name');
    symlinkSync(process.execPath, link);
    const node = await askNode(link);
    expect(node).toMatchObject({ path: process.execPath, version: process.versions.node });
    expect(node?.accepts('--no-warnings')).toBe(true);
    expect(node?.accepts('--no-such-flag-of-node')).toBe(false);
  });

  it('is not disturbed by NODE_OPTIONS of the caller', async () => {
    const folder = taskFolder({ 'loud.cjs': 'console.log("loud");' });
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `--require ${join(folder, 'loud.cjs')}`;
    try {
      const link = join(folder, 'node');
      symlinkSync(process.execPath, link);
      expect(await askNode(link)).toMatchObject({ version: process.versions.node });
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
  });
});

describe('the Node for a runtime', () => {
  const bare = { env: {}, platform: process.platform, homeFolder: '/nowhere' };

  it('is exact where one of its major version is there', async () => {
    expect(await nodeFor({ ...bare, runtime: `nodejs${RUNNING_MAJOR}.x` })).toMatchObject({
      match: 'exact',
      wantedMajor: RUNNING_MAJOR,
      notes: [],
    });
  });

  it('is the running one elsewhere, which says what is missing and where it could come from', async () => {
    const pinned = { major: 17, platform: process.platform, arch: process.arch, name: 'node-17', version: '17.9.1' };
    const choice = await nodeFor({ ...bare, runtime: 'nodejs17.x', packages: [{ ...pinned, integrity: 'sha512-x' }] });
    expect(choice).toMatchObject({ path: RUNNING_NODE.path, match: 'other-major', fetchable: 'node-17@17.9.1' });
    expect(choice.notes).toEqual([
      `There is no Node 17 on this machine: nodejs17.x runs on Node ${process.versions.node}, which may behave differently. Install Node 17, or let node-17@17.9.1 be fetched from the npm registry.`,
    ]);
  });

  it('cannot be fetched where the registry has none for the machine', async () => {
    const choice = await nodeFor({ ...bare, runtime: 'nodejs17.x', packages: [] });
    expect(choice.fetchable).toBeUndefined();
    expect(choice.notes.join()).not.toContain('fetched');
  });
});
