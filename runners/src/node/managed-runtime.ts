import { createRequire } from 'node:module';
import type { LaunchCommand } from '../runner.ts';
import { lambdaNodeFlags, runningNodeAccepts } from './flags.ts';

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
}

/**
 * How Lambda's managed Node runtime starts a deployment package, which also is the command that a wrapper script
 * (`AWS_LAMBDA_EXEC_WRAPPER`) is given as its arguments.
 */
export function nodeRuntimeLaunch(options: NodeRuntimeOptions): LaunchCommand {
  return {
    command: process.execPath,
    args: [...clientNodeFlags(options.memoryMb, options.runtime), nodeClientPath()],
    cwd: options.taskRoot,
    env: { LAMBDA_TASK_ROOT: options.taskRoot, _HANDLER: options.handler },
  };
}

/** Lambda's flags, as far as the Node that runs this program knows them. */
export function clientNodeFlags(memoryMb: number, runtime: string | undefined): readonly string[] {
  return lambdaNodeFlags({ memoryMb, runtime, accepts: runningNodeAccepts });
}

/** Absolute path of our Runtime API client for Node. */
export function nodeClientPath(): string {
  return createRequire(import.meta.url).resolve(PROGRAM);
}
