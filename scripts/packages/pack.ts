import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PublishedPackage, publishedPackages } from './published-packages.ts';

const workspace = join(import.meta.dirname, '../..');
/** Of what npm tells of all files of all packages. */
const maxReportBytes = 16 * 1024 * 1024;

/** A tarball as npm would publish it. */
export interface PackedPackage extends PublishedPackage {
  readonly version: string;
  readonly tarball: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Paths inside the package, with `/`. */
  readonly files: readonly string[];
}

/** What is read of the report of `npm pack --json` (npm documentation, `npm pack`). */
interface NpmReport {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs all published packages into a folder, which must be there. They are built before if they have changed. */
export async function packAll(into: string): Promise<readonly PackedPackage[]> {
  const workspaces = publishedPackages.flatMap(({ name }) => ['--workspace', name]);
  // What the scripts of the packages print is shown where they fail, and is not part of the report.
  const args = ['pack', '--json', '--foreground-scripts=false', '--pack-destination', into, ...workspaces];
  const { stdout } = await promisify(execFile)('npm', args, {
    cwd: workspace,
    shell: process.platform === 'win32',
    maxBuffer: maxReportBytes,
  });
  const reports: readonly NpmReport[] = Object.values(JSON.parse(stdout));
  return publishedPackages.map((published) => {
    const report = reports.find(({ name }) => name === published.name);
    if (!report) throw new Error(`npm packed no ${published.name} (folder ${published.folder}).`);
    return {
      ...published,
      version: report.version,
      tarball: join(into, report.filename),
      packedBytes: report.size,
      unpackedBytes: report.unpackedSize,
      files: report.files.map(({ path }) => path),
    };
  });
}
