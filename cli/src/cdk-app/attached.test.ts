import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { isAttached } from './attached.ts';
import { findCdkApp } from './find-cdk-app.ts';

const line = "import { LiveLambda } from 'live-lambda-cdk';";
const installed = { 'package.json': { devDependencies: { 'live-lambda-cdk': '0.1.0' } } };

describe('whether an app uses the construct library', () => {
  it.each<[string, Readonly<Record<string, string | object>>, boolean | undefined]>([
    ['its program names it', { 'bin/app.ts': line }, true],
    ['another file of it does', { ...installed, 'bin/app.ts': '', 'lib/live/attach.ts': line }, true],
    ['it is neither named nor installed', { 'package.json': {}, 'bin/app.ts': '' }, false],
    ['it is installed, and the line not written yet', { ...installed, 'bin/app.ts': '' }, undefined],
    [
      'it is named by what is installed alone',
      { ...installed, 'bin/app.ts': '', 'node_modules/x/index.js': line },
      undefined,
    ],
  ])('where %s', async (_what, files, expected) => {
    await using project = await scratchProject({ 'cdk.json': { app: 'npx tsx bin/app.ts' }, ...files });
    expect(isAttached(findCdkApp(project.folder))).toBe(expected);
  });

  it('cannot be told of an app in another language', async () => {
    await using project = await scratchProject({ 'cdk.json': { app: 'python3 app.py' }, 'app.py': '' });
    expect(isAttached(findCdkApp(project.folder))).toBeUndefined();
  });
});
