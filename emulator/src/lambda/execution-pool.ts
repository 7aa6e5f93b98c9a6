import type { StartLimiter } from '@live-lambda/runner';
import type {
  FinishedInvocation,
  PendingInvocation,
  PooledEnvironment,
  StreamingInvocation,
} from './pooled-environment.ts';

/** All execution environments of one version of a function. */
export interface ExecutionPool {
  /** Runs an event in an idle environment, or in a new one: an environment serves one invocation at a time. */
  invoke(invocation: PendingInvocation): Promise<FinishedInvocation>;
  /** As `invoke`, but a stream is handed on from its first byte on. The environment is busy until it has ended. */
  invokeStreaming(invocation: PendingInvocation): Promise<StreamingInvocation>;
  /** Gives up idle environments now and busy ones when they have answered, as Lambda does after a deployment. */
  retire(): void;
  /** Kills everything. */
  stop(): Promise<void>;
}

export interface ExecutionPoolOptions {
  readonly newEnvironment: () => Promise<PooledEnvironment>;
  readonly limiter: StartLimiter;
}

/**
 * `busy` from its start on, since an environment is started for the invocation that needs it. `returning`: it has
 * answered, and its runtime has not asked for more yet, which Lambda waits for before it gives it more.
 */
type Occupancy = 'busy' | 'returning' | 'idle';

/**
 * How long an invocation waits for an environment that is about to be free before a new one is started for it. A runtime
 * asks for more within a millisecond of its answer, unless the machine gives its process no time.
 */
const maxReturnMs = 500;

/** All environments, each with what it does. */
const createRoster = () => {
  const environments = new Map<PooledEnvironment, Occupancy>();
  const returns = new Map<PooledEnvironment, Promise<void>>();
  let retired = false;
  let stopped = false;

  const release = async (environment: PooledEnvironment): Promise<void> => {
    returns.delete(environment);
    if (environments.delete(environment)) await environment.stop();
  };
  /** A process that ended has left an environment that is of no use any more. */
  const settle = async (environment: PooledEnvironment): Promise<void> => {
    await environment.settled();
    returns.delete(environment);
    if (environment.ready && !retired) environments.set(environment, 'idle');
    else await release(environment);
  };
  const takeIdle = (): PooledEnvironment | undefined => {
    for (const [environment, occupancy] of environments) {
      if (occupancy !== 'idle') continue;
      if (environment.ready) {
        environments.set(environment, 'busy');
        return environment;
      }
      void release(environment);
    }
    return undefined;
  };

  return {
    /** @throws Error where everything was stopped while it was made */
    add: (environment: PooledEnvironment): PooledEnvironment => {
      if (stopped) throw new Error('The emulator is closing.');
      environments.set(environment, 'busy');
      return environment;
    },
    /** An environment that waits for an event, or is about to; `undefined` when there is none. */
    take: async (): Promise<PooledEnvironment | undefined> => {
      const untilMs = performance.now() + maxReturnMs;
      for (;;) {
        const environment = takeIdle();
        const leftMs = untilMs - performance.now();
        if (environment || returns.size === 0 || leftMs <= 0) return environment;
        await firstOf(returns.values(), leftMs);
      }
    },
    giveBack: (environment: PooledEnvironment): void => {
      environments.set(environment, 'returning');
      returns.set(environment, settle(environment));
    },
    release,
    retire: (): void => {
      retired = true;
      for (const [environment, occupancy] of environments) if (occupancy === 'idle') void release(environment);
    },
    releaseAll: async (): Promise<void> => {
      retired = true;
      stopped = true;
      await Promise.all([...environments.keys()].map(release));
    },
  };
};

/** Resolves when one of these does, or the time is over. */
const firstOf = async (promises: Iterable<Promise<void>>, waitMs: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([...promises, over]);
  clearTimeout(timer);
};

export const createExecutionPool = ({ newEnvironment, limiter }: ExecutionPoolOptions): ExecutionPool => {
  const roster = createRoster();

  /** Lends an environment, an idle one or a new one. It is given back when `over` settles. */
  const lend = async <Result>(
    use: (environment: PooledEnvironment, initMs: number | undefined) => Promise<Result>,
    over: (result: Result) => Promise<unknown> | undefined,
  ): Promise<Result> => {
    const idle = await roster.take();
    const environment = idle ?? roster.add(await newEnvironment());
    try {
      const result = await use(environment, idle ? undefined : await limiter.run(environment.start));
      const later = over(result);
      if (later === undefined) roster.giveBack(environment);
      else void later.then(() => roster.giveBack(environment));
      return result;
    } catch (error) {
      // A function's failure is an answer; what throws is an environment that is of no use any more.
      await roster.release(environment);
      throw error;
    }
  };

  return {
    invoke: (invocation) =>
      lend(
        (environment, initMs) => environment.run(invocation, initMs),
        () => undefined,
      ),
    invokeStreaming: (invocation) =>
      lend(
        (environment, initMs) => environment.runStreaming(invocation, initMs),
        ({ finished }) => finished,
      ),
    retire: roster.retire,
    stop: roster.releaseAll,
  };
};
