import { nodeClientPath, nodeRuntimeLaunch } from '../src/node/managed-runtime.ts';
import { type NodeProgram, RUNNING_NODE } from '../src/node/versions/node-program.ts';
import type { LaunchCommand } from '../src/runner.ts';

export interface ClientLaunch {
  readonly taskRoot: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly runtime: string;
}

/** A runtime client for Node, and how it is started. */
export interface ClientProgram {
  /** Absolute path, as it shows in stacks. */
  readonly program: string;
  launch(options: ClientLaunch): LaunchCommand;
}

/** Our client. */
export function ourClient(node: NodeProgram = RUNNING_NODE): ClientProgram {
  return clientProgram(nodeClientPath(), node);
}

/** Another client that is started as Lambda starts its own, with the same flags and variables. */
export function clientProgram(program: string, node: NodeProgram): ClientProgram {
  return { program, launch: (options) => nodeRuntimeLaunch({ ...options, node, clientPath: program }) };
}
