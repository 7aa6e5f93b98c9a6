import { posix, win32 } from 'node:path';
import type { FunctionSpec } from './runner.ts';

export interface LayerPathOptions {
  readonly fn: FunctionSpec;
  readonly platform: NodeJS.Platform;
}

/** Variables by which a runtime finds code in layers, and folders with programs of theirs. */
export interface LayerPaths {
  readonly variables: Readonly<Record<string, string>>;
  /** For the end of `PATH`, where Lambda has `/opt/bin`. */
  readonly programs: readonly string[];
}

/**
 * Where the code of layers is found. All layers of a function are unpacked to `/opt`, one over the other, so what a later
 * one brings comes first. Source: AWS Lambda Developer Guide, "Adding layers to functions", "Layer paths for each
 * runtime", and `NODE_PATH` in "Defined runtime environment variables". ES modules are not found so, as in Lambda.
 */
export function layerPaths({ fn, platform }: LayerPathOptions): LayerPaths {
  const { join, delimiter } = platform === 'win32' ? win32 : posix;
  const layers = [...(fn.layers ?? [])].reverse();
  const within = (...folder: readonly string[]): readonly string[] => layers.map((layer) => join(layer, ...folder));
  const variable = (name: string, folders: readonly string[]): Readonly<Record<string, string>> =>
    folders.length === 0 ? {} : { [name]: folders.join(delimiter) };
  const [, language = '', version = ''] = /^(nodejs|python|ruby)(\d+(?:\.\d+)?)/.exec(fn.runtime) ?? [];
  const byLanguage: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
    nodejs: () =>
      variable('NODE_PATH', [
        ...within('nodejs', `node${Number.parseInt(version, 10)}`, 'node_modules'),
        ...within('nodejs', 'node_modules'),
        // Lambda lists the task root too; a bundle has a task root of its own, with nothing else in it.
        ...(fn.bundling === undefined ? [fn.root] : []),
      ]),
    python: () =>
      variable('PYTHONPATH', [...within('python', 'lib', `python${version}`, 'site-packages'), ...within('python')]),
    ruby: () => ({
      ...variable('RUBYLIB', within('ruby', 'lib')),
      ...variable('GEM_PATH', within('ruby', 'gems', `${version}.0`)),
    }),
  };
  return { variables: byLanguage[language]?.() ?? {}, programs: within('bin') };
}
