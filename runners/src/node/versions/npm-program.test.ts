import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskFolder } from '../../fixtures/task-folder.ts';
import { findNpm, npmCandidates } from './npm-program.ts';

describe('npm', () => {
  it('is looked for beside Node first, then in PATH', () => {
    expect(npmCandidates({ nodePath: '/opt/node/bin/node', env: { PATH: '/usr/bin:bin' }, platform: 'linux' })).toEqual(
      ['/opt/node/lib/node_modules/npm/bin/npm-cli.js', '/opt/node/bin/npm', '/usr/bin/npm'],
    );
    const windows = { nodePath: 'C:\\nodejs\\node.exe', env: { Path: 'D:\\npm;' }, platform: 'win32' } as const;
    expect(npmCandidates(windows)).toEqual([
      'C:\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
      'D:\\npm\\node_modules\\npm\\bin\\npm-cli.js',
    ]);
  });

  it('is found as a program that Node can start', async () => {
    const npm = await findNpm({ nodePath: process.execPath, env: process.env, platform: process.platform });
    expect(npm).toMatch(/npm-cli\.js$/);
    expect(await findNpm({ nodePath: '/nowhere/bin/node', env: {}, platform: 'linux' })).toBeUndefined();
  });

  it('is not a script that only a shell could start', async () => {
    const folder = taskFolder({ 'bin/npm': '#!/bin/sh\n' });
    const options = { nodePath: '/nowhere/bin/node', env: { PATH: join(folder, 'bin') }, platform: 'linux' } as const;
    expect(await findNpm(options)).toBeUndefined();
  });
});
