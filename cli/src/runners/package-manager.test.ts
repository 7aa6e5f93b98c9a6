import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { installCommand, projectPackage, uninstallCommand } from './package-manager.ts';

type Files = Readonly<Record<string, string | object>>;

async function commands(files: Files, below = '.') {
  await using project = await scratchProject(files);
  const target = projectPackage(project.at(below));
  const text = ({ command, args, cwd }: ReturnType<typeof installCommand>) =>
    `${cwd.slice(project.folder.length) || '/'}$ ${[command, ...args].join(' ')}`;
  return [text(installCommand(target, 'deno-runner@1.2.3')), text(uninstallCommand(target, 'deno-runner'))];
}

const workspace = { workspaces: ['services/*'] };
const member = { 'services/orders/package.json': {} };

describe('the package manager of a project', () => {
  it.each<readonly [string, Files, string, string, string]>([
    [
      'npm, where nothing says another',
      { 'package.json': {} },
      '.',
      '/$ npm install --save-dev --no-audit --no-fund deno-runner@1.2.3',
      '/$ npm uninstall --no-audit --no-fund deno-runner',
    ],
    [
      'npm in a member of a workspace',
      { 'package.json': workspace, 'package-lock.json': '', ...member },
      'services/orders',
      '/$ npm install --save-dev --no-audit --no-fund --workspace services/orders deno-runner@1.2.3',
      '/$ npm uninstall --no-audit --no-fund --workspace services/orders deno-runner',
    ],
    [
      'pnpm by its lock file',
      { 'package.json': {}, 'pnpm-lock.yaml': '' },
      '.',
      '/$ pnpm add --save-dev deno-runner@1.2.3',
      '/$ pnpm remove deno-runner',
    ],
    [
      'pnpm in the root of a workspace',
      { 'package.json': { packageManager: 'pnpm@10.1.0' }, 'pnpm-workspace.yaml': '', ...member },
      '.',
      '/$ pnpm add --save-dev --workspace-root deno-runner@1.2.3',
      '/$ pnpm remove --workspace-root deno-runner',
    ],
    [
      'pnpm in a member of a workspace',
      { 'package.json': { packageManager: 'pnpm@10.1.0' }, 'pnpm-workspace.yaml': '', ...member },
      'services/orders',
      '/services/orders$ pnpm add --save-dev deno-runner@1.2.3',
      '/services/orders$ pnpm remove deno-runner',
    ],
    [
      'yarn in the root of a workspace',
      { 'package.json': workspace, 'yarn.lock': '', ...member },
      '.',
      '/$ yarn add --dev --ignore-workspace-root-check deno-runner@1.2.3',
      '/$ yarn remove --ignore-workspace-root-check deno-runner',
    ],
    [
      'yarn in a member of a workspace',
      { 'package.json': workspace, 'yarn.lock': '', ...member },
      'services/orders',
      '/services/orders$ yarn add --dev deno-runner@1.2.3',
      '/services/orders$ yarn remove deno-runner',
    ],
    [
      'a newer yarn by its settings, which has no such flag',
      { 'package.json': workspace, 'yarn.lock': '', '.yarnrc.yml': '' },
      '.',
      '/$ yarn add --dev deno-runner@1.2.3',
      '/$ yarn remove deno-runner',
    ],
    [
      'the one that package.json names, whatever lock file lies there',
      { 'package.json': { packageManager: 'yarn@4.1.0' }, 'package-lock.json': '' },
      '.',
      '/$ yarn add --dev deno-runner@1.2.3',
      '/$ yarn remove deno-runner',
    ],
    [
      'its own, where a package in the folders of a workspace has a lock file of its own',
      { 'package.json': workspace, 'yarn.lock': '', 'tools/package.json': {}, 'tools/package-lock.json': '' },
      'tools',
      '/tools$ npm install --save-dev --no-audit --no-fund deno-runner@1.2.3',
      '/tools$ npm uninstall --no-audit --no-fund deno-runner',
    ],
  ])('is %s', async (_what, files, below, install, uninstall) => {
    expect(await commands(files, below)).toEqual([install, uninstall]);
  });
});
