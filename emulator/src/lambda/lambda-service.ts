import os from 'node:os';
import { createStartLimiter, nodeRuntimeLaunch } from '@live-lambda/runner';
import { createEnvironment, type EnvironmentFactoryOptions } from './environment-factory.ts';
import { createExecutionPool, type ExecutionPool } from './execution-pool.ts';
import { createFunctionCatalog, type FunctionCatalog } from './function-catalog.ts';
import { type FunctionConfiguration, latestVersion } from './function-configuration.ts';
import { chooseLaunch, type NodeRuntime } from './launch-command.ts';
import type { FinishedInvocation, PendingInvocation, StreamingInvocation } from './pooled-environment.ts';

/** A function whose runtime the emulator does not have. */
export class UnsupportedRuntimeError extends Error {
  override readonly name = 'UnsupportedRuntimeError';
}

/** Lambda's functions and the environments that they run in. */
export interface LambdaService {
  readonly catalog: Pick<FunctionCatalog, 'find' | 'list' | 'publish' | 'putAlias'>;
  /** Creates or updates a function; after a change, new invocations get new environments. */
  deploy(configuration: FunctionConfiguration): void;
  remove(functionName: string): void;
  /** @throws UnsupportedRuntimeError */
  invoke(configuration: FunctionConfiguration, invocation: PendingInvocation): Promise<FinishedInvocation>;
  /** As `invoke`, but a stream is handed on from its first byte on. @throws UnsupportedRuntimeError */
  invokeStreaming(configuration: FunctionConfiguration, invocation: PendingInvocation): Promise<StreamingInvocation>;
  /** Ends idle environments now and busy ones when they have answered: what comes next gets new ones. */
  replaceEnvironments(): void;
  /** Kills every process. */
  close(): Promise<void>;
}

export interface LambdaServiceOptions extends EnvironmentFactoryOptions {
  /** Our own client, on the Node that runs this, if not given. */
  readonly nodeRuntime: NodeRuntime | undefined;
}

const ownNodeRuntime: NodeRuntime = ({ taskRoot, handler, memoryMb, runtime }) =>
  nodeRuntimeLaunch({ taskRoot, handler, memoryMb, runtime });

/** Whether running environments may go on: everything but the time of the deployment is as before. */
const sameDeployment = (a: FunctionConfiguration | undefined, b: FunctionConfiguration): boolean =>
  a !== undefined && JSON.stringify({ ...a, lastModifiedMs: 0 }) === JSON.stringify({ ...b, lastModifiedMs: 0 });

/** The pools of all versions of all functions. */
const createPools = (options: LambdaServiceOptions) => {
  const { nodeRuntime = ownNodeRuntime } = options;
  const pools = new Map<string, ExecutionPool>();
  const retired = new Set<ExecutionPool>();
  const limiter = createStartLimiter(Math.max(1, os.availableParallelism()));

  const newPool = (configuration: FunctionConfiguration): ExecutionPool => {
    const launch = chooseLaunch(configuration, nodeRuntime);
    if (launch.type === 'unsupported') {
      throw new UnsupportedRuntimeError(`${configuration.functionName}: ${launch.reason}`);
    }
    const newEnvironment = () => createEnvironment(configuration, launch.command, options);
    return createExecutionPool({ newEnvironment, limiter });
  };
  const keyOf = ({ functionName, version }: FunctionConfiguration): string => `${functionName}:${version}`;
  const retire = (key: string): void => {
    const pool = pools.get(key);
    pools.delete(key);
    if (!pool) return;
    retired.add(pool);
    pool.retire();
  };

  return {
    /** @throws UnsupportedRuntimeError */
    of: (configuration: FunctionConfiguration): ExecutionPool => {
      const key = keyOf(configuration);
      const pool = pools.get(key) ?? newPool(configuration);
      pools.set(key, pool);
      return pool;
    },
    retireVersion: (configuration: FunctionConfiguration) => retire(keyOf(configuration)),
    retireFunction: (functionName: string) => {
      for (const key of [...pools.keys()]) if (key.startsWith(`${functionName}:`)) retire(key);
    },
    retireAll: () => {
      for (const key of [...pools.keys()]) retire(key);
    },
    stop: async () => {
      await Promise.all([...pools.values(), ...retired].map((pool) => pool.stop()));
      pools.clear();
      retired.clear();
    },
  };
};

export const createLambdaService = (options: LambdaServiceOptions): LambdaService => {
  const catalog = createFunctionCatalog();
  const pools = createPools(options);
  let closed = false;
  const poolOf = (configuration: FunctionConfiguration): ExecutionPool => {
    if (closed) throw new Error('The emulator is closing.');
    return pools.of(configuration);
  };
  return {
    catalog,
    deploy: (configuration) => {
      const { functionName } = configuration;
      const changed = !sameDeployment(catalog.find({ functionName, qualifier: latestVersion }), configuration);
      if (!changed) return;
      catalog.put(configuration);
      pools.retireVersion(configuration);
    },
    remove: (functionName) => {
      catalog.remove(functionName);
      pools.retireFunction(functionName);
    },
    invoke: async (configuration, invocation) => poolOf(configuration).invoke(invocation),
    invokeStreaming: async (configuration, invocation) => poolOf(configuration).invokeStreaming(invocation),
    replaceEnvironments: pools.retireAll,
    close: async () => {
      closed = true;
      await pools.stop();
    },
  };
};
