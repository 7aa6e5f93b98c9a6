import { type NodeProgram, RUNNING_NODE } from '../node/versions/node-program.ts';

/** The Node that functions of a runtime run on. */
export interface RuntimeNode extends Pick<NodeProgram, 'path' | 'accepts'> {
  /** Where it differs from Lambda's, as sentences. */
  readonly notes?: readonly string[];
}

/** Finds the Node for a Lambda runtime identifier, for example `nodejs22.x`. */
export type NodeFor = (runtime: string) => RuntimeNode | Promise<RuntimeNode>;

/** The Node that runs this program, whatever the function's runtime. */
export const runningNode: NodeFor = () => RUNNING_NODE;
