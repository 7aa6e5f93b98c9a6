import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { type LaunchCommand, nodeRuntimeLaunch } from '@live-lambda/runner';
import type { EmulatorListener } from '../events.ts';
import type { CredentialStore } from '../signature/credentials.ts';
import { environmentVariables } from './environment-variables.ts';
import { createExecutionPool, type ExecutionPool } from './execution-pool.ts';
import { createFunctionCatalog, type FunctionCatalog } from './function-catalog.ts';
import { type FunctionConfiguration, latestVersion, roleNameOf } from './function-configuration.ts';
import { chooseLaunch } from './launch-command.ts';
import { createPooledEnvironment, type FinishedInvocation, type PendingInvocation } from './pooled-environment.ts';
import { createStartLimiter } from './start-limiter.ts';

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
  /** Kills every process. */
  close(): Promise<void>;
}

export interface LambdaServiceOptions {
  readonly region: string;
  readonly credentials: CredentialStore;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

/** `2026/08/01/[$LATEST]0123…`, as CloudWatch shows it. */
const newLogStream = (version: string, nowMs: number): string => {
  const date = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${date}/[${version}]${randomBytes(16).toString('hex')}`;
};

const managedNodeRuntime = ({ taskRoot, handler, memoryMb, runtime }: FunctionConfiguration): LaunchCommand =>
  nodeRuntimeLaunch({ taskRoot, handler, memoryMb, runtime });

/** Where programs are found: first the Node that stands in for `/var/lang/bin`, then what this machine has. */
const programPath = (): string =>
  [path.dirname(process.execPath), process.env.PATH ?? ''].filter((part) => part !== '').join(path.delimiter);

/** Whether running environments may go on: everything but the time of the deployment is as before. */
const sameDeployment = (a: FunctionConfiguration | undefined, b: FunctionConfiguration): boolean =>
  a !== undefined && JSON.stringify({ ...a, lastModifiedMs: 0 }) === JSON.stringify({ ...b, lastModifiedMs: 0 });

export const createLambdaService = (options: LambdaServiceOptions): LambdaService => {
  const catalog = createFunctionCatalog();
  const pools = new Map<string, ExecutionPool>();
  const retiredPools = new Set<ExecutionPool>();
  const limiter = createStartLimiter(Math.max(1, os.availableParallelism()));
  let closed = false;
  const poolKey = ({ functionName, version }: FunctionConfiguration): string => `${functionName}:${version}`;

  const newPool = (configuration: FunctionConfiguration): ExecutionPool => {
    const launch = chooseLaunch(configuration, managedNodeRuntime);
    if (launch.type === 'unsupported')
      throw new UnsupportedRuntimeError(`${configuration.functionName}: ${launch.reason}`);
    const newEnvironment = () => {
      const logStream = newLogStream(configuration.version, options.now());
      const credentials = options.credentials.mintRoleSession({
        roleName: roleNameOf(configuration),
        sessionName: configuration.functionName,
      });
      const { region } = options;
      const facts = { configuration, region, logStream, credentials, programPath: programPath() };
      const plan = { ...launch.command, env: { ...environmentVariables(facts), ...launch.command.env } };
      const { now, onEvent } = options;
      return createPooledEnvironment({ configuration, logStream, plan, now, onEvent });
    };
    return createExecutionPool({ newEnvironment, limiter });
  };

  const poolOf = (configuration: FunctionConfiguration): ExecutionPool => {
    const key = poolKey(configuration);
    const pool = pools.get(key) ?? newPool(configuration);
    pools.set(key, pool);
    return pool;
  };

  const retire = (key: string): void => {
    const pool = pools.get(key);
    pools.delete(key);
    if (!pool) return;
    retiredPools.add(pool);
    pool.retire();
  };

  return {
    catalog,
    deploy: (configuration) => {
      const { functionName } = configuration;
      const changed = !sameDeployment(catalog.find({ functionName, qualifier: latestVersion }), configuration);
      if (!changed) return;
      catalog.put(configuration);
      retire(poolKey(configuration));
    },
    remove: (functionName) => {
      catalog.remove(functionName);
      for (const key of [...pools.keys()]) if (key.startsWith(`${functionName}:`)) retire(key);
    },
    invoke: async (configuration, invocation) => {
      if (closed) throw new Error('The emulator is closing.');
      return poolOf(configuration).invoke(invocation);
    },
    close: async () => {
      closed = true;
      await Promise.all([...pools.values(), ...retiredPools].map((pool) => pool.stop()));
      pools.clear();
      retiredPools.clear();
    },
  };
};
