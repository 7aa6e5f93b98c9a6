import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installationCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import type { LiveLambdaConfig } from './config.ts';
import { type ConfigSource, jsonFaultLine } from './config-place.ts';
import { projectFolders } from './project-folders.ts';

/** Names of config files, of which a folder may hold one. */
export const configFileNames = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `live-lambda.config.${extension}`);

/** A config file that was found and is valid. */
export interface LoadedConfig extends ConfigSource {
  /** The folder that its paths are relative to. */
  readonly folder: string;
  readonly config: LiveLambdaConfig;
}

/**
 * The config file that applies to a folder: the nearest upward within its project.
 * @throws UserError when a folder holds two of them.
 */
export function findConfigFile(folder: string): string | undefined {
  for (const each of projectFolders(folder)) {
    const files = configFileNames.map((name) => join(each, name)).filter((file) => existsSync(file));
    // What a compiler has written beside its source is no second config.
    const [first, second] = files.filter((file) => !file.endsWith('js') || !files.includes(file.replace(/js$/, 'ts')));
    if (first !== undefined && second !== undefined) {
      throw new UserError(`Both ${first} and ${second} are there.`, 'Keep one of them: only one can be the config.');
    }
    if (first !== undefined) return first;
  }
  return undefined;
}

/**
 * The config that applies to a folder, or undefined where there is none.
 * @throws UserError when it cannot be loaded or is not valid.
 */
export async function loadConfig(folder: string): Promise<LoadedConfig | undefined> {
  const file = findConfigFile(folder);
  return file === undefined ? undefined : loadConfigFile(file);
}

/** @throws UserError when the file cannot be loaded or is not valid. */
export async function loadConfigFile(file: string): Promise<LoadedConfig> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`${file} cannot be read: ${cause.message}.`, 'Check its permissions.', { cause });
  });
  const value = extname(file) === '.json' ? parseJson(text, file) : await importConfig(file);
  const { checkConfig } = await import('./check-config.ts');
  return { file, text, folder: dirname(file), config: checkConfig(value, { file, text }) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      `${file}:${jsonFaultLine(text)} is not JSON: ${reason}.`,
      'Correct it; JSON has no comments and no trailing commas.',
      { cause },
    );
  }
}

/** The default export of a program. It is loaded anew each time, since it may have been edited. */
async function importConfig(file: string): Promise<unknown> {
  const loaded = await importProgram(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const missing = /'live-lambda'/.test(reason);
    throw new UserError(
      `${placeOfThrow(cause, file)} could not be loaded: ${reason}`,
      missing
        ? `Install it in the project (\`${installationCommand('live-lambda')}\`), or export a plain object.`
        : 'Correct it, then try again.',
      { cause },
    );
  });
  if (typeof loaded !== 'object' || loaded === null || !('default' in loaded)) {
    throw new UserError(
      `${file} has no default export.`,
      'Write for example `export default defineConfig({ runner: "tsx" });`.',
    );
  }
  return loaded.default;
}

async function importProgram(file: string): Promise<unknown> {
  if (/\.m?ts$/.test(file)) return importCompiled(file);
  return importAsItIs(file).catch((error: unknown) => {
    // In a package of the other type Node cannot read it, and of a mistake it does not say the line.
    if (error instanceof SyntaxError) return importCompiled(file);
    throw error;
  });
}

/** Finds this package by its own name, and knows the CommonJS modules that are loaded. */
const ownRequire = createRequire(import.meta.url);

async function importCompiled(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  // Whether or not the project has this package installed, its config may take `defineConfig` from it.
  const alias = { 'live-lambda': ownRequire.resolve('live-lambda') };
  const jiti = createJiti(pathToFileURL(file).href, { alias, moduleCache: false, interopDefault: false });
  return jiti.import(file);
}

let loads = 0;
async function importAsItIs(file: string): Promise<unknown> {
  loads += 1;
  delete ownRequire.cache[file];
  return import(`${pathToFileURL(file).href}?loaded=${loads}`);
}

/** The line of a program from which an error came, where its stack tells; a syntax error has its place in its message. */
function placeOfThrow(cause: unknown, file: string): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const frame = stack.split('\n').find((line) => /^\s+at /.test(line) && line.includes(`${file}:`));
  const line = frame?.slice(frame.indexOf(`${file}:`) + file.length + 1).match(/^\d+/)?.[0];
  return line === undefined ? file : `${file}:${line}`;
}
