import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { loadConfigFile } from '../config/config-file.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { newConfig } from './config-text.ts';
import { ignoreOutput, ignoresOutput } from './git-ignore.ts';

describe('a new config', () => {
  const kinds = [
    { typescript: true, esModules: true },
    { typescript: true, esModules: false },
    { typescript: false, esModules: true },
    { typescript: false, esModules: false },
  ];

  it('has an ending that says that it is an ES module where the package does not', () => {
    expect(kinds.map((kind) => newConfig(kind).name.replace('live-lambda.config', ''))).toEqual([
      '.ts',
      '.mts',
      '.js',
      '.mjs',
    ]);
  });

  it.each(kinds)('is loaded, and sets nothing: %j', async (kind) => {
    const { name, text } = newConfig(kind);
    await using project = await scratchProject({
      'package.json': kind.esModules ? { type: 'module' } : {},
      [name]: text,
    });
    expect((await loadConfigFile(project.at(name))).config).toEqual({});
  });

  // The modes of `cdk init`: today's, and that of apps which are some years old.
  it.each([
    { esModules: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    { esModules: false, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    { esModules: false, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Bundler },
  ])('compiles with the rest of the app: %j', async ({ esModules, ...options }) => {
    const { name, text } = newConfig({ typescript: true, esModules });
    await using project = await scratchProject({ 'package.json': esModules ? { type: 'module' } : {}, [name]: text });
    await mkdir(project.at('node_modules'));
    await symlink(join(import.meta.dirname, '..', '..'), project.at('node_modules/live-lambda'));
    const program = ts.createProgram([project.at(name)], {
      ...options,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    });
    expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  });
});

describe('.gitignore', () => {
  it.each(['cdk.out', '/cdk.out/', 'node_modules\r\n**/cdk.out\r\n', '  cdk.out/**'])(
    'leaves the output of a synth out: %j',
    (text) => {
      expect(ignoresOutput(text)).toBe(true);
    },
  );

  it.each(['', '# cdk.out', '!cdk.out', 'cdk.output'])('does not by %j, and does with a line more', (text) => {
    expect(ignoresOutput(text)).toBe(false);
    expect(ignoresOutput(ignoreOutput(text))).toBe(true);
    expect(ignoreOutput(text).startsWith(text)).toBe(true);
  });

  it('keeps its line ends, and the last line whole', () => {
    expect(ignoreOutput('a\r\nb')).toBe('a\r\nb\r\ncdk.out/\r\n');
    expect(ignoreOutput()).toBe('cdk.out/\n');
  });
});
