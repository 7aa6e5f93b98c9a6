import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const source = import.meta.dirname;
const commands = readdirSync(join(source, 'commands'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(sep, '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => `commands/${file}`);

/**
 * The parts of oclif that a program or a command is made of; each one is a module of its own, and the rest of the
 * package is not loaded with it. Everything else comes with `import()`, once a command has something to do.
 */
const allowed = /^(?:node:|@oclif\/core\/(?:args|command|config|errors|flags|help|run|settings)$)/;

/** What each file imports with a statement, types left out: paths in `src`, or names of packages. */
let importsOf: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: [...commands, 'program.ts', 'index.ts'],
    absWorkingDir: source,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unwritten',
    write: false,
    metafile: true,
  });
  importsOf = new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [
      file,
      imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path),
    ]),
  );
});

/** Packages that are loaded together with a file, each with the way that leads to it. */
function packagesLoadedWith(file: string, way: readonly string[] = [], seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const next = importsOf.get(file);
  if (!next) return allowed.test(file) ? [] : [[...way, file].join(' -> ')];
  return next.flatMap((path) => packagesLoadedWith(path, [...way, file], seen));
}

describe('what is loaded before a command has looked at its arguments', () => {
  it.each([...commands, 'program.ts'])('is little more than oclif with %s', (file) => {
    expect(importsOf.has(file)).toBe(true);
    expect(packagesLoadedWith(file)).toEqual([]);
  });

  it('is no more with what a config imports of this package', () => {
    expect(packagesLoadedWith('index.ts')).toEqual([]);
  });
});
