import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNode } from '../src/node/versions/fetch-node.ts';
import type { NodeProgram } from '../src/node/versions/node-program.ts';
import { buildOracle, type Oracle } from './build-oracle.ts';
import type { PerGeneration } from './conformance-case.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'live-lambda-parity');

const MAJORS: PerGeneration<number> = { callback: 22, promise: 24 };

/** AWS's two runtime clients for Node, each with a Node of the major that it runs on in Lambda. */
export interface AwsClients {
  readonly type: 'ready';
  readonly nodes: PerGeneration<NodeProgram>;
  readonly oracle: Oracle;
}

/**
 * Fetches and builds what is not there yet, which takes two minutes; the rest of the time it only looks.
 * @returns otherwise what this machine lacks, as a sentence.
 */
export async function awsClients(
  say: (text: string) => void,
): Promise<AwsClients | { readonly type: 'impossible'; readonly reason: string }> {
  const nodes = { callback: await fetchedNode(MAJORS.callback, say), promise: await fetchedNode(MAJORS.promise, say) };
  const build = await buildOracle({ cacheFolder: CACHE, nodePath: nodes.callback.path, say });
  return build.type === 'impossible' ? build : { type: 'ready', nodes, oracle: build.oracle };
}

async function fetchedNode(major: number, say: (text: string) => void): Promise<NodeProgram> {
  const result = await fetchNode({
    major,
    cacheFolder: CACHE,
    onProgress: ({ step, package: name }) => step === 'fetching' && say(`fetching ${name}`),
  });
  if (result.type === 'failed') throw new Error(result.reason);
  return result.node;
}
