import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ScratchProject, scratchProject } from '../../cli/src/fixtures/scratch-project.ts';
import { tunnelPrograms } from '../../cli/src/fixtures/tunnel-programs.ts';
import { fetchPnpm, npm } from './package-manager.ts';
import { openRegistry } from './registry.ts';

const workspace = join(import.meta.dirname, '../..');
const packed = inject('packed');
const readJson = async (file: string) => JSON.parse(await readFile(join(workspace, file), 'utf8'));
const { devDependencies: sample } = await readJson('sample-app/package.json');
const { devDependencies: tools } = await readJson('package.json');

/** What a CDK app in TypeScript has before live-lambda comes. */
const cdkApp = [
  ...['aws-cdk', 'aws-cdk-lib', 'constructs', 'esbuild', 'tsx'].map((name) => `${name}@${sample[name]}`),
  ...['typescript', '@types/node'].map((name) => `${name}@${tools[name]}`),
];

const handler = (word: string) => `
export const handler = async (event: { readonly name: string }): Promise<object> => {
  return { greeting: \`${word} \${event.name}\`, table: process.env['TABLE'] };
};
`;

const files = {
  'package.json': { name: 'shop', private: true, type: 'module' },
  'cdk.json': { app: 'tsx bin/shop.ts' },
  'src/greet.ts': handler('Hello'),
  'bin/shop.ts': `
    import { App, Stack } from 'aws-cdk-lib';
    import { Runtime } from 'aws-cdk-lib/aws-lambda';
    import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
    import { LiveLambda } from 'live-lambda-cdk';

    const app = new App();
    LiveLambda.attach(app);
    new NodejsFunction(new Stack(app, 'Shop'), 'Greet', {
      entry: 'src/greet.ts',
      runtime: Runtime.NODEJS_22_X,
      environment: { TABLE: 'orders' },
    });
  `,
};

const programs = tunnelPrograms();
afterEach(() => programs.kill());

describe.each([npm, await fetchPnpm()])('in a CDK app that installs with $name', (manager) => {
  let project: ScratchProject;

  beforeAll(async () => {
    project = await scratchProject(files);
    await using registry = await openRegistry(packed);
    const place = { cwd: project.folder, registry: registry.url };
    await manager.install([...cdkApp, ...packed.map(({ name }) => name)], place);
  });

  afterAll(() => project?.[Symbol.asyncDispose]());

  /** The environment of a developer who has no credentials of AWS, on a machine that is no build server. */
  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH ?? '',
    HOME: project.at('.home'),
    CDK_VALIDATION: 'false',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  });

  /** Runs an installed program to its end. */
  async function installed(...args: readonly string[]): Promise<string> {
    const [program = '', ...rest] = [...manager.exec, ...args];
    const { stdout } = await promisify(execFile)(program, rest, { cwd: project.folder, env: environment() });
    return stdout;
  }

  it('synthesizes, invokes, runs the handler on this machine, and runs it as edited after a save', async () => {
    await installed('cdk', 'synth', '--quiet', '-c', 'live-lambda=true');
    const local = programs.start([], {
      command: 'local',
      program: project.at('node_modules/live-lambda/bin/run.js'),
      cwd: project.folder,
      env: environment(),
    });
    await local.printed('These keys open this emulator alone');
    const invoke = async () =>
      JSON.parse(await installed('live-lambda', 'invoke', 'Greet', '--event', '{"name":"Ada"}'));
    expect(await invoke()).toEqual({ greeting: 'Hello Ada', table: 'orders' });

    await project.write('src/greet.ts', handler('Goodbye'));
    await expect.poll(invoke, { timeout: 60_000 }).toMatchObject({ greeting: 'Goodbye Ada' });

    local.child.kill('SIGINT');
    expect((await local.ended).code).toBe(0);
  });

  it('has every module that the packages export', async () => {
    const modules = packed.filter(({ modules }) => modules === 'esm');
    for (const { name, folder } of modules) {
      const { exports } = await readJson(`${folder}/package.json`);
      // Programs would run, and the kit wants a test runner.
      const names = Object.keys(exports).filter((path) => !/\.json$|^\.\/programs\/|^\.\/kit$/.test(path));
      expect(names).not.toHaveLength(0);
      const source = names.map((path) => `await import(${JSON.stringify(path.replace('.', name))});`).join('');
      await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], { cwd: project.folder });
    }
  });

  // Half a minute of compiler, and where packages are strict it sees all that it sees elsewhere.
  it.runIf(manager.name === 'pnpm')('compiles what the READMEs show, checks of libraries included', async () => {
    const readmes = await Promise.all(
      ['cli', 'construct'].map((folder) => readFile(join(workspace, folder, 'README.md'), 'utf8')),
    );
    const blocks = readmes.flatMap((text) => [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code));
    expect(blocks).not.toHaveLength(0);
    const names = blocks.map((_, index) => `examples/example-${index}.ts`);
    for (const [index, block] of blocks.entries()) await project.write(names[index] ?? '', block);
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
    await installed('tsc', ...options, ...names);
  });
});
