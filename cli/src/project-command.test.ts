import { describe, expect, it } from 'vitest';
import { scratchProject } from './fixtures/scratch-project.ts';
import { installationCommand, projectCommand } from './project-command.ts';

describe('a command that a developer is told to run', () => {
  it.each([
    ['npm', { 'package-lock.json': {} }, 'npx live-lambda tunnel'],
    ['pnpm', { 'pnpm-lock.yaml': '' }, 'pnpm exec live-lambda tunnel'],
    ['yarn', { 'yarn.lock': '' }, 'yarn live-lambda tunnel'],
    ["yarn with Plug'n'Play", { 'yarn.lock': '', '.pnp.cjs': '' }, 'yarn live-lambda tunnel'],
    ['no package manager that is known', {}, 'npx live-lambda tunnel'],
  ])('is started by %s, as the project is installed', async (_, files, typed) => {
    await using project = await scratchProject({ 'package.json': {}, ...files });
    expect(projectCommand('live-lambda tunnel', project.folder)).toBe(typed);
  });

  it('is started as the whole workspace is, from within', async () => {
    await using project = await scratchProject({
      'package.json': { workspaces: ['infra'] },
      'pnpm-lock.yaml': '',
      'infra/package.json': {},
    });
    expect(projectCommand('cdk deploy', project.at('infra'))).toBe('pnpm exec cdk deploy');
    expect(installationCommand('aws-cdk', project.at('infra'))).toBe('pnpm add --save-dev aws-cdk');
  });
});
