import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What a command may load before it runs: of packages only the parts of oclif that every start loads anyway. */
const allowedPackages = /^(node:.*|@oclif\/core\/(args|command|config|errors|flags|help|run|settings|interfaces))$/;

/** The modules that a source file loads when it is loaded. */
function staticImports(file: string): readonly string[] {
  const source = readFileSync(file, 'utf8');
  const statements = source.matchAll(/^(?:import|export)\s(?!type\s)(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/gm);
  return [...statements].map(([, module = '']) => module);
}

/** The packages that a source file loads with all that it loads, each with the path on which it is reached. */
function packagesOf(file: string, seen = new Set<string>(), way: readonly string[] = []): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const here = [...way, relative(import.meta.dirname, file)];
  return staticImports(file).flatMap((module) =>
    module.startsWith('.') ? packagesOf(join(dirname(file), module), seen, here) : [[...here, module].join(' > ')],
  );
}

const heavy = (file: string) => packagesOf(file).filter((way) => !allowedPackages.test(way.split(' > ').at(-1) ?? ''));

describe('the start of the command line', () => {
  it('answers --version before it loads anything', () => {
    const program = readFileSync(join(import.meta.dirname, '..', 'bin', 'run.js'), 'utf8');
    expect([...program.matchAll(/^import .* from '(.*)'/gm)].map(([, module]) => module)).toEqual(['node:fs']);
  });

  it('loads nothing but oclif before the command is known', () => {
    expect(existsSync(join(import.meta.dirname, 'program.ts'))).toBe(true);
    expect(heavy(join(import.meta.dirname, 'program.ts'))).toEqual([]);
  });

  it('loads of a command what its help needs, and the rest when it runs', async () => {
    const folder = join(import.meta.dirname, 'commands');
    const names = await readdir(folder, { recursive: true });
    const commands = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    expect(commands.length).toBeGreaterThan(10);
    expect(commands.flatMap((name) => heavy(join(folder, name)))).toEqual([]);
  });
});
