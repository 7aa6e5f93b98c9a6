import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FunctionConfig } from '../config/config.ts';
import { type ConfigSource, placeOf } from '../config/config-place.ts';
import { didYouMean } from '../near-miss.ts';
import { UserError } from '../user-error.ts';
import type { LiveApp, LocalFunction } from './live-functions.ts';

/** What a project's config says of functions, and where. */
export interface ConfiguredFunctions {
  readonly functions: Readonly<Record<string, FunctionConfig>>;
  /** Its folder is the one that entries are relative to. */
  readonly source: ConfigSource;
}

/**
 * The app with what the config says of its functions, which is stronger than the manifest.
 * @param otherPaths construct paths of functions that are in the app and were not selected: they may be configured too.
 * @throws UserError for a function that is not in the app.
 */
export function configureFunctions(
  live: LiveApp,
  { functions, source }: ConfiguredFunctions,
  otherPaths: ReadonlySet<string> = new Set(),
): LiveApp {
  const ids = [...live.functions.map(({ spec }) => spec.id), ...live.refused.map(({ id }) => id)];
  const unknown = Object.keys(functions).find((name) => !ids.includes(name) && !otherPaths.has(name));
  if (unknown !== undefined) {
    throw new UserError(
      `${placeOf(source, ['functions', unknown])}: app "${live.app}" has no function ${JSON.stringify(unknown)}, for which functions has settings.${didYouMean(unknown, ids)}`,
      `Functions are named by their construct paths; there are: ${ids.join(', ')}.`,
    );
  }
  const folder = resolve(source.file, '..');
  return {
    ...live,
    functions: live.functions.map((fn) => {
      const config = Object.hasOwn(functions, fn.spec.id) ? functions[fn.spec.id] : undefined;
      return config ? configured(fn, config, folder) : fn;
    }),
  };
}

/** @throws UserError for an entry that leads nowhere. */
export function checkEntries({ functions, source }: ConfiguredFunctions): void {
  for (const [id, { entry }] of Object.entries(functions)) {
    const path = entry === undefined ? undefined : resolve(source.file, '..', entry);
    if (path === undefined || existsSync(path)) continue;
    throw new UserError(
      `${placeOf(source, ['functions', id, 'entry'])}: the entry of function ${id}, ${path}, does not exist.`,
      'Correct it: the file or folder of the sources, relative to the config.',
    );
  }
}

function configured(fn: LocalFunction, { entry, handler, runner, env }: FunctionConfig, folder: string): LocalFunction {
  const { moduleHandler, ...spec } = fn.spec;
  const moved = entry !== undefined || handler !== undefined;
  return {
    ...fn,
    spec: {
      ...spec,
      ...(entry === undefined ? {} : { entry: resolve(folder, entry) }),
      ...(handler === undefined ? {} : { handler }),
      // The deployed name leads to the code that the app names, and not to this.
      ...(moved || moduleHandler === undefined ? {} : { moduleHandler }),
    },
    ...(runner === undefined ? {} : { runner }),
    ...(env === undefined ? {} : { env }),
  };
}

/**
 * The paths of all constructs of a synthesized app, by the tree that CDK writes beside the templates; empty where it does
 * not. Source: AWS CDK Developer Guide, "Cloud assembly", `tree.json`.
 */
export async function constructPaths(assemblyFolder: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(assemblyFolder, 'tree.json'), 'utf8').catch(() => '{}');
  const paths = new Set<string>();
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (key === 'path' && typeof value === 'string') paths.add(value);
      return value;
    });
  } catch {
    // It is CDK's own, and only makes an error rarer.
  }
  return paths;
}
