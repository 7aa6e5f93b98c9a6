import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npmRegistry } from '../fixtures/npm-registry.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { runnerSource } from '../fixtures/runner-packages.ts';
import { type ScratchProject, scratchProject } from '../fixtures/scratch-project.ts';

const modules = join(import.meta.dirname, '..', '..', '..', 'node_modules');

/** A package that is a plugin of oclif, in a folder. */
const plugin = (name: string, oclif: object, files: Readonly<Record<string, string>>) => ({
  'package.json': { name, version: '1.0.0', type: 'module', oclif, files: Object.keys(files) },
  ...files,
});

const hook = (runner: string) =>
  `${runnerSource(runner).replace('export default', 'const runner =')}\nexport default async () => [runner];`;

const command = `
import { Command } from '@oclif/core';
export default class Greet extends Command {
  static summary = 'Greet the shop';
  async run() {
    await this.parse(Greet);
    this.log('good morning');
  }
}`;

const denoPlugin = plugin(
  'live-lambda-plugin-deno',
  { commands: './commands', hooks: { 'live-lambda:runners': './runners.js' } },
  { 'commands/greet.js': command, 'runners.js': hook('deno') },
);

const failing = (name: string, source: string) =>
  plugin(name, { hooks: { 'live-lambda:runners': './runners.js' } }, { 'runners.js': source });

const installed = (files: Readonly<Record<string, string | object>>, name: string) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`node_modules/${name}/${path}`, text]));

async function withOclif(project: ScratchProject): Promise<void> {
  await mkdir(project.at('node_modules/@oclif'), { recursive: true });
  await symlink(join(modules, '@oclif', 'core'), project.at('node_modules/@oclif/core'));
}

describe('plugins', () => {
  it('of a project bring commands and runners, and one that is broken is named and stops nobody', async () => {
    const names = ['live-lambda-plugin-deno', 'missing-plugin', 'throwing-plugin', 'leaving-plugin'];
    await using project = await scratchProject({
      'package.json': { 'live-lambda': { plugins: names } },
      'infra/.keep': '',
      ...installed(denoPlugin, 'live-lambda-plugin-deno'),
      ...installed(failing('throwing-plugin', 'throw new Error("no such stage");'), 'throwing-plugin'),
      ...installed(
        failing('leaving-plugin', 'export default async function () { this.error("I give up", { exit: 3 }); }'),
        'leaving-plugin',
      ),
    });
    await withOclif(project);
    const cwd = project.at('infra');
    const listed = await runCli(['runners', 'list', '--json'], { cwd });
    expect(listed.code).toBe(0);
    expect(listed.words).toContain('The plugin missing-plugin, which');
    expect(listed.words).toContain('could not be loaded: it is not installed.');
    const { runners, failures } = JSON.parse(listed.stdout);
    expect(runners[0]).toMatchObject({
      name: 'deno',
      source: { kind: 'plugin', plugin: 'live-lambda-plugin-deno' },
    });
    expect(failures).toEqual([
      { source: { kind: 'plugin', plugin: 'leaving-plugin' }, reason: 'I give up' },
      { source: { kind: 'plugin', plugin: 'throwing-plugin' }, reason: 'no such stage' },
    ]);
    expect(await runCli(['greet'], { cwd })).toMatchObject({ code: 0, stdout: 'good morning\n' });
  });

  it('of a project are not looked for above it', async () => {
    await using outside = await scratchProject({
      'package.json': { 'live-lambda': { plugins: ['missing-plugin'] } },
      'project/.git/HEAD': '',
    });
    expect(await runCli(['runners', 'list'], { cwd: outside.at('project') })).toMatchObject({ code: 0, stderr: '' });
  });

  it('of a user are installed from the registry, and taken away again', async () => {
    await using source = await scratchProject(failing('live-lambda-plugin-lua', hook('lua')));
    await using registry = await npmRegistry(source.folder);
    await using project = await scratchProject();
    const env = { npm_config_registry: registry.url, LIVE_LAMBDA_NPM_REGISTRY: registry.url };
    const options = { cwd: project.folder, env };
    const names = async () =>
      JSON.parse((await runCli(['runners', 'list', '--json'], options)).stdout).runners.map(
        ({ name }: { readonly name: string }) => name,
      );
    const { code, stderr } = await runCli(['plugins', 'install', 'live-lambda-plugin-lua'], options);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await names()).toContain('lua');
    expect((await runCli(['plugins', 'uninstall', 'live-lambda-plugin-lua'], options)).code).toBe(0);
    expect(await names()).not.toContain('lua');
  });
});
