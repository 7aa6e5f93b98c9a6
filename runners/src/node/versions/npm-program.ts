import { realpath } from 'node:fs/promises';
import { posix, win32 } from 'node:path';

export interface NpmProgramOptions {
  /** The Node whose npm is looked for first. */
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

const NPM_CLI = ['node_modules', 'npm', 'bin', 'npm-cli.js'];

/**
 * npm's own JavaScript program, to be started by Node: the command beside it is a shell script, which on Windows no
 * program can start without a shell. Undefined if there is no npm.
 */
export async function findNpm(options: NpmProgramOptions): Promise<string | undefined> {
  for (const candidate of npmCandidates(options)) {
    const real = await realpath(candidate).catch(() => undefined);
    if (real?.endsWith('npm-cli.js')) return real;
  }
  return undefined;
}

/** Paths that may lead to npm's program, links among them. */
export function npmCandidates({ nodePath, env, platform }: NpmProgramOptions): readonly string[] {
  const { delimiter, dirname, isAbsolute, join } = platform === 'win32' ? win32 : posix;
  const bin = dirname(nodePath);
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return platform === 'win32'
    ? [bin, ...folders].map((folder) => join(folder, ...NPM_CLI))
    : [join(bin, '..', 'lib', ...NPM_CLI), ...[bin, ...folders].map((folder) => join(folder, 'npm'))];
}
