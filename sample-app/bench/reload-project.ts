import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec } from '@live-lambda/runner';

/** The runners whose reloads are measured. */
export const reloadRunners = ['esbuild', 'tsx', 'esm', 'cjs'] as const;
export type ReloadRunner = (typeof reloadRunners)[number];

interface Style {
  readonly extension: string;
  /** Module `name` under its own name. */
  importOf(name: string): string;
  exportOf(name: string, value: string): string;
}

const ofEsModules = (extension: string, specifierExtension: string): Style => ({
  extension,
  importOf: (name) => `import { ${name} } from './${name}${specifierExtension}';`,
  exportOf: (name, value) => `export const ${name} = ${value};`,
});

const styles: Readonly<Record<ReloadRunner, Style>> = {
  esbuild: ofEsModules('.ts', ''),
  tsx: ofEsModules('.ts', '.ts'),
  esm: ofEsModules('.mjs', '.mjs'),
  cjs: {
    extension: '.cjs',
    importOf: (name) => `const { ${name} } = require('./${name}.cjs');`,
    exportOf: (name, value) => `exports.${name} = ${value};`,
  },
};

/** A function of so many modules besides its entry, one of which a save replaces. */
export interface ReloadProject {
  readonly fn: FunctionSpec;
  /** Writes the module that is to change; the handler answers with this number from then on. */
  save(version: number): Promise<void>;
}

/** Lines of a module, besides its imports and exports: what a module of a real function has. */
const linesOfModule = 20;

export async function writeReloadProject(
  folder: string,
  { runner, modules }: { readonly runner: ReloadRunner; readonly modules: number },
): Promise<ReloadProject> {
  const root = join(folder, `${runner}-${modules}`);
  const { extension, importOf, exportOf } = styles[runner];
  const names = Array.from({ length: modules }, (_, index) => `module${index}`);
  const write = (name: string, text: string) => writeFile(join(root, name + extension), text);
  const save = (version: number) => write('version', exportOf('version', String(version)));
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'package.json'), JSON.stringify({ type: runner === 'tsx' ? 'module' : 'commonjs' }));
  await save(0);
  for (const name of names) {
    const lines = Array.from({ length: linesOfModule }, (_, line) => `  const line${line} = value * ${line + 1};`);
    const sum = lines.map((_, line) => `line${line}`).join(' + ');
    await write(
      name,
      exportOf(name, `(value) => {\n${lines.join('\n')}\n  return ${sum};\n}`).replace(
        '(value)',
        extension === '.ts' ? '(value: number): number' : '(value)',
      ),
    );
  }
  const imports = ['version', ...names].map(importOf).join('\n');
  const use = names.length === 0 ? '0' : names.map((name) => `${name}(1)`).join(' + ');
  await write('index', `${imports}\n${exportOf('total', use)}\n${exportOf('handler', 'async () => version')}\n`);
  const fn: FunctionSpec = {
    id: `Bench/${runner}-${modules}`,
    runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
    entry: join(root, `index${extension}`),
    handler: 'handler',
    moduleHandler: 'index.handler',
    root,
    projectRoot: root,
    memoryMb: 512,
    timeoutMs: 30_000,
    ...(runner === 'esbuild' ? { bundling: { format: 'cjs', hasCommandHooks: false } } : {}),
  };
  return { fn, save };
}
