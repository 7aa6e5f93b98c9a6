import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** A tsconfig with those that it extends. */
export interface TsconfigChain {
  /** Absolute real paths, without those below `node_modules`; those that do not exist are left out. */
  readonly files: readonly string[];
  /** Whether `emitDecoratorMetadata` is on, which esbuild and what is built on it do not know. */
  readonly emitsDecoratorMetadata: boolean;
}

/** Reads a tsconfig and what it extends, tolerantly: a file that says nonsense extends nothing. */
export async function readTsconfigChain(path: string): Promise<TsconfigChain> {
  const files: string[] = [];
  const settings: boolean[] = [];
  const visit = async (file: string): Promise<void> => {
    if (files.includes(file)) return;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    files.push(file);
    const content = parseTolerantly(text);
    const decided = property(property(content, 'compilerOptions'), 'emitDecoratorMetadata');
    if (typeof decided === 'boolean') settings.push(decided);
    // The last one extended is the strongest, so it is asked first.
    for (const base of extendedBy(content, file).reverse()) await visit(base);
  };
  await visit(await realpath(path).catch(() => path));
  return {
    files: files.filter((file) => !file.includes('node_modules')),
    emitsDecoratorMetadata: settings[0] ?? false,
  };
}

/** The nearest `tsconfig.json`, from a folder upwards. */
export function nearestTsconfig(folder: string): string | undefined {
  const candidate = join(folder, 'tsconfig.json');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestTsconfig(parent);
}

function extendedBy(content: unknown, file: string): string[] {
  const value = property(content, 'extends');
  const names = Array.isArray(value) ? value : [value];
  return names.flatMap((name) => (typeof name === 'string' ? (locate(name, file) ?? []) : []));
}

/** Source: TypeScript's TSConfig reference, "extends": a path, or what Node would resolve. */
function locate(name: string, file: string): string | undefined {
  if (name.startsWith('.') || isAbsolute(name)) {
    const path = resolve(dirname(file), name);
    return [path, `${path}.json`, join(path, 'tsconfig.json')].find(
      (each) => each.endsWith('.json') && existsSync(each),
    );
  }
  const { resolve: resolveModule } = createRequire(file);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      const found = resolveModule(candidate);
      if (found.endsWith('.json')) return found;
    } catch {
      // The next spelling may be the one.
    }
  }
  return undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** JSON with comments and trailing commas, as a tsconfig is written; undefined if it is something else. */
function parseTolerantly(text: string): unknown {
  const strings = /"(?:\\.|[^"\\])*"/.source;
  const withoutComments = text.replace(new RegExp(`(${strings})|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, 'g'), '$1');
  const withoutCommas = withoutComments.replace(new RegExp(`(${strings})|,(?=\\s*[}\\]])`, 'g'), '$1');
  try {
    return JSON.parse(withoutCommas.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
