import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { installedPrograms, type NodeSource } from './installed-programs.ts';
import { askNode, majorOf, type NodeProgram, RUNNING_NODE } from './node-program.ts';

/** A Node of the wanted major, and who put it there. */
export interface FoundNode extends NodeProgram {
  readonly source: NodeSource | 'running' | 'fetched';
}

export interface FindNodeOptions {
  readonly major: number;
  /** The variables of this machine; those of this process if not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly homeFolder?: string;
}

/**
 * Finds an installed Node of a major version: the one that runs this program, else the newest that a version manager,
 * Homebrew or PATH leads to. A program is believed only after it was asked.
 */
export async function findNode({
  major,
  env = process.env,
  platform = process.platform,
  homeFolder = homedir(),
}: FindNodeOptions): Promise<FoundNode | undefined> {
  if (majorOf(RUNNING_NODE.version) === major) return { ...RUNNING_NODE, source: 'running' };
  const programs = await installedPrograms({ env, platform, homeFolder, list });
  const named = programs.filter(({ version }) => version !== undefined && majorOf(version) === major);
  const unnamed = programs.filter(({ version }) => version === undefined);
  const answers = await Promise.all(unnamed.map(async ({ path, source }) => ({ source, node: await askNode(path) })));
  const found = answers.flatMap(({ source, node }) => (node === undefined ? [] : [{ ...node, source }]));
  const candidates = [...named.map(({ path, source, version = '' }) => ({ path, source, version })), ...found]
    .filter(({ version }) => majorOf(version) === major)
    .sort((a, b) => compareVersions(b.version, a.version));
  for (const { path, source } of candidates) {
    const node = await askNode(path);
    if (node !== undefined && majorOf(node.version) === major) return { ...node, source };
  }
  return undefined;
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
