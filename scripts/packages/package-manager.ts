import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** What a user types to install packages, and to run the programs that they bring. */
export interface PackageManager {
  readonly name: string;
  /** Installs packages into a project, from a registry. */
  install(specs: readonly string[], place: { readonly cwd: string; readonly registry: string }): Promise<void>;
  /** Command line that runs an installed program. */
  readonly exec: readonly string[];
}

export const npm: PackageManager = {
  name: 'npm',
  exec: ['npx', '--no-install'],
  async install(specs, { cwd, registry }) {
    const args = ['install', '--save-dev', '--no-audit', '--no-fund', '--registry', registry, ...specs];
    await promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32' });
  },
};

/** Fetched for the occasion, and strict: a package finds nothing that it does not name as its dependency. */
export async function fetchPnpm(): Promise<PackageManager> {
  const { stdout } = await promisify(execFile)('npx', ['--yes', '-p', 'pnpm@10.24.0', 'which', 'pnpm']);
  const program = stdout.trim();
  return {
    name: 'pnpm',
    exec: [program, 'exec'],
    async install(specs, { cwd, registry }) {
      const env = {
        ...process.env,
        PATH: `${dirname(program)}:${process.env.PATH}`,
        npm_config_registry: registry,
        npm_config_store_dir: `${cwd}/.store`,
        npm_config_hoist: 'false',
      };
      await promisify(execFile)(program, ['add', '--save-dev', ...specs], { cwd, env });
    },
  };
}
