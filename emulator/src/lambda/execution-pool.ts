import type { FinishedInvocation, PendingInvocation, PooledEnvironment } from './pooled-environment.ts';
import type { StartLimiter } from './start-limiter.ts';

/** All execution environments of one version of a function. */
export interface ExecutionPool {
  /** Runs an event in an idle environment, or in a new one: an environment serves one invocation at a time. */
  invoke(invocation: PendingInvocation): Promise<FinishedInvocation>;
  /** Gives up idle environments now and busy ones when they have answered, as Lambda does after a deployment. */
  retire(): void;
  /** Kills everything. */
  stop(): Promise<void>;
}

export interface ExecutionPoolOptions {
  readonly newEnvironment: () => PooledEnvironment;
  readonly limiter: StartLimiter;
}

/** `busy` from its start on, since an environment is started for the invocation that needs it. */
type Occupancy = 'busy' | 'idle';

export const createExecutionPool = ({ newEnvironment, limiter }: ExecutionPoolOptions): ExecutionPool => {
  const environments = new Map<PooledEnvironment, Occupancy>();
  let retired = false;

  const release = async (environment: PooledEnvironment): Promise<void> => {
    if (environments.delete(environment)) await environment.stop();
  };

  const takeIdle = (): PooledEnvironment | undefined => {
    for (const [environment, occupancy] of environments) {
      if (occupancy !== 'idle') continue;
      environments.set(environment, 'busy');
      return environment;
    }
    return undefined;
  };

  const runInNew = async (environment: PooledEnvironment, invocation: PendingInvocation) =>
    environment.run(invocation, await limiter.run(environment.start));

  return {
    invoke: async (invocation) => {
      const idle = takeIdle();
      const environment = idle ?? newEnvironment();
      environments.set(environment, 'busy');
      try {
        const finished = await (idle ? idle.run(invocation, undefined) : runInNew(environment, invocation));
        if (retired) await release(environment);
        else environments.set(environment, 'idle');
        return finished;
      } catch (error) {
        // A function's failure is an answer; what throws is an environment that is of no use any more.
        await release(environment);
        throw error;
      }
    },
    retire: () => {
      retired = true;
      for (const [environment, occupancy] of environments) if (occupancy === 'idle') void release(environment);
    },
    stop: async () => {
      retired = true;
      await Promise.all([...environments.keys()].map(release));
    },
  };
};
