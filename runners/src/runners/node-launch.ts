import { lambdaNodeFlags } from '../node/flags.ts';
import { nodeClientPath } from '../node/managed-runtime.ts';
import type { FunctionSpec, LaunchCommand } from '../runner.ts';
import type { RuntimeNode } from './runtime-node.ts';

export interface ClientLaunch {
  readonly fn: FunctionSpec;
  readonly node: RuntimeNode;
  /** Flags besides Lambda's. */
  readonly flags: readonly string[];
  /** Working directory of the process: `/var/task` in Lambda. */
  readonly taskRoot: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts our Node client with the flags that Lambda gives to Node, and with its control channel. */
export function clientLaunch({ fn, node, flags, taskRoot, env }: ClientLaunch): LaunchCommand {
  const { memoryMb, runtime } = fn;
  const lambdaFlags = lambdaNodeFlags({ memoryMb, runtime, accepts: (flag) => node.accepts(flag) });
  return {
    command: node.path,
    args: [...lambdaFlags, ...flags, nodeClientPath()],
    cwd: taskRoot,
    env: { LAMBDA_TASK_ROOT: taskRoot, ...env },
    control: true,
  };
}
