import { nodeMajor } from '../runtime-name.ts';
import { type FetchedNodeOptions, fetchedNode, packageFor } from './fetch-node.ts';
import { type FindNodeOptions, type FoundNode, findNode } from './find-node.ts';
import { RUNNING_NODE } from './node-program.ts';

/** The Node that a function runs on here, as data for whoever tells the user. */
export interface NodeChoice extends FoundNode {
  readonly match: 'exact' | 'other-major';
  readonly wantedMajor: number;
  /** Name and version of the npm package that would bring the wanted one, where there is one and it is not here. */
  readonly fetchable: string | undefined;
  /** What differs from Lambda, as sentences; none if it matches. */
  readonly notes: readonly string[];
}

export interface NodeForOptions
  extends Omit<FindNodeOptions, 'major'>,
    Omit<FetchedNodeOptions, 'major' | 'cacheFolder'> {
  /** Lambda runtime identifier, for example `nodejs22.x`. */
  readonly runtime: string;
  /** Where `fetchNode` puts what the user agreed to; nothing is looked for there if not given. */
  readonly cacheFolder?: string;
}

/** Chooses the Node for a runtime: an installed one of its major, one that was fetched, else the one that runs this. */
export async function nodeFor(options: NodeForOptions): Promise<NodeChoice> {
  const { runtime, cacheFolder } = options;
  const wantedMajor = nodeMajor(runtime);
  const wanted = { ...options, major: wantedMajor };
  const exact = (await findNode(wanted)) ?? (cacheFolder && (await fetchedNode({ ...wanted, cacheFolder })));
  if (exact) return { ...exact, match: 'exact', wantedMajor, fetchable: undefined, notes: [] };
  const pinned = packageFor(wanted);
  const fetchable = pinned && `${pinned.name}@${pinned.version}`;
  const note = `There is no Node ${wantedMajor} on this machine: ${runtime} runs on Node ${RUNNING_NODE.version}, which may behave differently. Install Node ${wantedMajor}${fetchable === undefined ? '' : `, or let ${fetchable} be fetched from the npm registry`}.`;
  return { ...RUNNING_NODE, source: 'running', match: 'other-major', wantedMajor, fetchable, notes: [note] };
}
