import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PackedPackage } from './pack.ts';

const execute = promisify(execFile);
const shell = process.platform === 'win32';

/** Which of the packages a registry has, as `name@version`. npm's own configuration says which registry. */
export async function publishedOf(packages: readonly PackedPackage[]): Promise<ReadonlySet<string>> {
  const specs = packages.map(({ name, version }) => `${name}@${version}`);
  const found = await Promise.all(specs.map(isPublished));
  return new Set(specs.filter((_, index) => found[index]));
}

async function isPublished(spec: string): Promise<boolean> {
  try {
    const { stdout } = await execute('npm', ['view', spec, 'version', '--json'], { shell });
    return stdout.trim() !== '';
  } catch (error) {
    if (error instanceof Error && error.message.includes('E404')) return false;
    throw error;
  }
}

/** Publishes one package from its tarball, which is what was tested. */
export async function publish({ tarball }: PackedPackage): Promise<void> {
  await execute('npm', ['publish', tarball, '--access', 'public'], { shell });
}
