import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { UserError } from '../user-error.ts';
import { configFileNames, findConfigFile, loadConfig } from './config-file.ts';

async function fault(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${error}`);
  return error;
}

const exported = "export default { runner: 'tsx', functions: { 'Shop/Orders': { env: { TABLE: 'local' } } } };";
const expected = { runner: 'tsx', functions: { 'Shop/Orders': { env: { TABLE: 'local' } } } };

describe('a config file', () => {
  it.each([
    ['json', JSON.stringify(expected)],
    ['mjs', exported],
    ['js', exported],
    ['mts', exported],
    [
      'ts',
      `import { defineConfig, type LiveLambdaConfig } from 'live-lambda';
       import { runner } from './tools/name.js';
       const functions: LiveLambdaConfig['functions'] = await Promise.resolve({ 'Shop/Orders': { env: { TABLE: 'local' } } });
       export default defineConfig({ runner, functions });`,
    ],
  ])('of kind .%s is loaded from a folder below it', async (extension, text) => {
    await using project = await scratchProject({
      'package.json': extension === 'js' ? { type: 'module' } : {},
      'src/deep/.keep': '',
      'tools/name.ts': "enum Name { Runner = 'tsx' }\nexport const runner: string = Name.Runner;",
      [`live-lambda.config.${extension}`]: text,
    });
    expect(await loadConfig(project.at('src/deep'))).toEqual({
      file: project.at(`live-lambda.config.${extension}`),
      folder: project.folder,
      text,
      config: expected,
    });
  });

  it('is the nearest one', async () => {
    await using project = await scratchProject({
      'package.json': { workspaces: ['services/*'] },
      'live-lambda.config.json': {},
      'services/orders/package.json': {},
      'services/orders/live-lambda.config.json': {},
      'services/prices/package.json': {},
    });
    expect(findConfigFile(project.at('services/orders'))).toBe(project.at('services/orders/live-lambda.config.json'));
    expect(findConfigFile(project.at('services/prices'))).toBe(project.at('live-lambda.config.json'));
  });

  it.each([
    ['a repository', '.git/HEAD'],
    ['a workspace of pnpm', 'pnpm-workspace.yaml'],
    ['a workspace of npm or yarn', 'package.json'],
    ['a package in no workspace', 'services/orders/package.json'],
  ])('is not looked for above %s', async (_what, marker) => {
    await using outside = await scratchProject({
      'live-lambda.config.json': {},
      [`project/${marker}`]: marker.endsWith('.json') ? (marker === 'package.json' ? { workspaces: [] } : {}) : '',
      'project/services/orders/handler.ts': '',
    });
    expect(findConfigFile(outside.at('project/services/orders'))).toBeUndefined();
  });

  it('is not looked for above the current folder where nothing says what the project is', async () => {
    await using outside = await scratchProject({ 'live-lambda.config.json': {}, 'below/file': '' });
    expect(findConfigFile(outside.at('below'))).toBeUndefined();
    expect(findConfigFile(outside.folder)).toBe(outside.at('live-lambda.config.json'));
  });

  it('must be the only one in its folder', async () => {
    await using project = await scratchProject({ 'live-lambda.config.ts': '', 'live-lambda.config.json': {} });
    const { message } = await fault(loadConfig(project.folder));
    expect(message).toContain('live-lambda.config.ts');
    expect(message).toContain('live-lambda.config.json');
  });

  it.each(['ts', 'mts'])('of kind .%s may lie beside what a compiler has made of it', async (extension) => {
    await using project = await scratchProject({
      [`live-lambda.config.${extension}`]: "export default { runner: 'tsx' };",
      [`live-lambda.config.${extension.replace('ts', 'js')}`]: "export default { runner: 'old' };",
    });
    expect((await loadConfig(project.folder))?.config).toEqual({ runner: 'tsx' });
  });

  it.each([
    ['json', '{ "runner": }', /is not JSON/],
    ['ts', 'export default { runner: ', /live-lambda\.config\.ts could not be loaded/],
    ['mjs', 'throw new Error("no such stage");', /no such stage/],
    ['ts', 'export const config = {};', /has no default export/],
  ])('of kind .%s that holds %s is told by its name', async (extension, text, message) => {
    await using project = await scratchProject({ [`live-lambda.config.${extension}`]: text });
    const error = await fault(loadConfig(project.folder));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(project.folder);
    expect(error.hint).not.toBe('');
  });

  it.each([
    ['json', '{\n  "runner": "tsx",\n}', ':3 is not JSON'],
    ['ts', '\n\nthrow new Error("no such stage");', ':3 could not be loaded: no such stage'],
  ])('of kind .%s that holds %j is told with the line', async (extension, text, place) => {
    await using project = await scratchProject({ [`live-lambda.config.${extension}`]: text });
    const { message } = await fault(loadConfig(project.folder));
    expect(message).toContain(`${project.at(`live-lambda.config.${extension}`)}${place}`);
  });

  it('can be any of the names that are documented', () => {
    expect(configFileNames).toEqual(
      ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `live-lambda.config.${extension}`),
    );
  });

  it.each([
    ['mjs', 'export default'],
    ['ts', 'export default'],
    ['js', 'export default'],
    ['js', 'module.exports ='],
  ])('of kind .%s with %s is loaded anew after it was edited', async (extension, start) => {
    const name = `live-lambda.config.${extension}`;
    await using project = await scratchProject({ 'package.json': {}, [name]: `${start} { runner: 'esm' };` });
    await loadConfig(project.folder);
    await project.write(name, `${start} { runner: 'cjs' };`);
    expect((await loadConfig(project.folder))?.config.runner).toBe('cjs');
  });
});
