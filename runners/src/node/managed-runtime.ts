import { createRequire } from 'node:module';
import type { LaunchCommand } from '../runner.ts';
import { lambdaNodeFlags, runningNodeAccepts } from './flags.ts';
import type { NodeProgram } from './versions/node-program.ts';

/** The client's program, by the package's own name so that it is found from the sources as well as from the build. */
const PROGRAM = '@live-lambda/runner/programs/node-client';

export interface NodeRuntimeOptions {
  /** The unpacked deployment package: `/var/task` in Lambda. */
  readonly taskRoot: string;
  /** As configured in Lambda, for example `src/orders.create`. */
  readonly handler: string;
  readonly memoryMb: number;
  /** Lambda runtime identifier, for example `nodejs22.x`; that of the running Node if not given. */
  readonly runtime?: string;
  /** The Node to start; the one that runs this program if not given. */
  readonly node?: Pick<NodeProgram, 'path' | 'accepts'>;
  /** The runtime client to start; ours if not given. Absolute path. */
  readonly clientPath?: string;
}

/**
 * How Lambda's managed Node runtime starts a deployment package, which also is the command that a wrapper script
 * (`AWS_LAMBDA_EXEC_WRAPPER`) is given as its arguments.
 */
export function nodeRuntimeLaunch({
  taskRoot,
  handler,
  memoryMb,
  runtime,
  node = { path: process.execPath, accepts: runningNodeAccepts },
  clientPath = nodeClientPath(),
}: NodeRuntimeOptions): LaunchCommand {
  const flags = lambdaNodeFlags({ memoryMb, runtime, accepts: (flag) => node.accepts(flag) });
  return {
    command: node.path,
    args: [...flags, clientPath],
    cwd: taskRoot,
    env: { LAMBDA_TASK_ROOT: taskRoot, _HANDLER: handler },
  };
}

/** Absolute path of our Runtime API client for Node. */
export function nodeClientPath(): string {
  return createRequire(import.meta.url).resolve(PROGRAM);
}
