import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { UserError } from '../user-error.ts';
import { findCdkApp } from './find-cdk-app.ts';

const cdkJson = { app: 'npx tsx bin/app.ts' };

function fault(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  return expect.unreachable();
}

describe('the CDK app of a folder', () => {
  it('is the one around it', async () => {
    await using project = await scratchProject({ 'package.json': {}, 'cdk.json': cdkJson, 'lib/deep/stack.ts': '' });
    expect(findCdkApp(project.at('lib/deep'))).toEqual({
      folder: project.folder,
      command: cdkJson.app,
      output: project.at('cdk.out'),
    });
  });

  it('is the only one below it, installed ones and outputs aside', async () => {
    await using project = await scratchProject({
      'package.json': { workspaces: ['packages/*'] },
      'packages/infra/cdk.json': cdkJson,
      'packages/infra/cdk.out/cdk.json': cdkJson,
      'packages/infra/node_modules/sample/cdk.json': cdkJson,
    });
    expect(findCdkApp(project.folder).folder).toBe(project.at('packages/infra'));
  });

  it('must be named where there are several', async () => {
    await using project = await scratchProject({ 'a/cdk.json': cdkJson, 'b/cdk.json': cdkJson });
    const { message, hint } = fault(() => findCdkApp(project.folder));
    expect(message).toContain('a, b');
    expect(hint).toContain('cd a');
    expect(findCdkApp(project.folder, 'b').folder).toBe(project.at('b'));
  });

  it('is not one of another project above', async () => {
    await using outside = await scratchProject({ 'cdk.json': cdkJson, 'project/.git/HEAD': '' });
    expect(fault(() => findCdkApp(outside.at('project'))).message).toContain('There is no CDK app here');
  });

  it('is an error where there is none, with the file that is missed', async () => {
    await using project = await scratchProject({ 'package.json': {}, 'a/file': '' });
    expect(fault(() => findCdkApp(project.folder)).message).toContain('cdk.json');
    expect(fault(() => findCdkApp(project.folder, 'a')).message).toContain(`${project.at('a')} has no cdk.json`);
    expect(fault(() => findCdkApp(project.folder, 'b')).message).toContain(`${project.at('b')} is no folder`);
  });

  it('has no command where cdk.json leaves it out, and none can be read from what is no JSON', async () => {
    await using project = await scratchProject({ 'cdk.json': { output: 'out' }, 'broken/cdk.json': '{ "app" }' });
    expect(findCdkApp(project.folder)).toMatchObject({ command: undefined, output: project.at('out') });
    expect(fault(() => findCdkApp(project.folder, 'broken')).message).toContain(project.at('broken/cdk.json'));
  });
});
