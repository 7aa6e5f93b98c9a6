import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { npmRegistry } from '../fixtures/npm-registry.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { runnerPackage, runnerSource } from '../fixtures/runner-packages.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';

/** The package managers themselves come from the npm registry: set where that can be reached, and is worth the time. */
const wanted = process.env.LIVE_LAMBDA_TEST_PACKAGE_MANAGERS !== undefined;

const name = 'live-lambda-runner-deno';
const member = { 'services/orders/package.json': { name: 'orders', version: '1.0.0', private: true } };
const workspace = { name: 'shop', private: true, workspaces: ['services/*'] };

/** Fetches a package manager. @returns the folder of its program */
async function fetched(spec: string, program: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npx', ['--yes', '-p', spec, 'which', program]);
  return dirname(stdout.trim());
}

describe.skipIf(!wanted)('live-lambda runners add, with the package managers themselves', () => {
  it.each([
    ['npm@10.9.4', 'npm', { 'package.json': workspace }],
    [
      'pnpm@10.24.0',
      'pnpm',
      {
        'package.json': { ...workspace, packageManager: 'pnpm@10.24.0' },
        'pnpm-workspace.yaml': 'packages:\n  - services/*\n',
      },
    ],
    ['yarn@1.22.22', 'yarn', { 'package.json': { ...workspace, packageManager: 'yarn@1.22.22' } }],
    [
      '@yarnpkg/cli-dist@4.9.1',
      'yarn',
      {
        'package.json': { ...workspace, packageManager: 'yarn@4.9.1' },
        '.yarnrc.yml': 'nodeLinker: node-modules\nenableGlobalCache: false\nunsafeHttpWhitelist: ["127.0.0.1"]\n',
        'yarn.lock': '',
      },
    ],
  ])(
    'installs into the root and into a member of a workspace by %s, and takes it away again',
    async (spec, program, files) => {
      const bin = await fetched(spec, program);
      await using source = await scratchProject(runnerPackage(name, runnerSource('deno')));
      await using registry = await npmRegistry(source.at(name));
      await using project = await scratchProject({ ...files, ...member });
      const env = {
        PATH: `${bin}:${process.env.PATH}`,
        npm_config_registry: registry.url,
        ...(spec.startsWith('@yarnpkg') ? { YARN_NPM_REGISTRY_SERVER: registry.url } : { YARN_REGISTRY: registry.url }),
        npm_config_cache: project.at('.home/npm'),
        npm_config_store_dir: project.at('.home/pnpm'),
        YARN_CACHE_FOLDER: project.at('.home/yarn'),
        COREPACK_ENABLE_STRICT: '0',
      };
      for (const folder of ['services/orders', '.']) {
        const options = { cwd: project.at(folder), env };
        const dependencies = async () =>
          JSON.parse(await readFile(project.at(`${folder}/package.json`), 'utf8')).devDependencies;
        expect(await runCli(['runners', 'add', name], options)).toMatchObject({ code: 0, stderr: '' });
        expect(await dependencies()).toEqual({ [name]: expect.stringContaining('1.0.0') });
        const { runners } = JSON.parse((await runCli(['runners', 'list', '--json'], options)).stdout);
        expect(runners[0]).toMatchObject({ name: 'deno', source: { spec: name } });
        expect(await runCli(['runners', 'remove', 'deno'], options)).toMatchObject({ code: 0, stderr: '' });
        expect((await dependencies()) ?? {}).toEqual({});
      }
    },
    120_000,
  );
});
