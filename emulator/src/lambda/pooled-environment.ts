import { createExecutionEnvironment, type ExecutionEnvironment, type LaunchPlan } from '@live-lambda/runner';
import type { Answer, ErrorOutcome, Outcome } from '@live-lambda/runner/runtime-api';
import type { EmulatorListener } from '../events.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import {
  createLogTail,
  endLine,
  type InvocationReport,
  type LogTail,
  reportLine,
  startLine,
} from './invocation-log.ts';
import { peakMemoryMb } from './process-memory.ts';

/** One event on its way to a function. */
export interface PendingInvocation {
  readonly requestId: string;
  /** With the version or alias that the caller named. */
  readonly invokedArn: string;
  readonly traceId: string;
  /** JSON text, decoded. */
  readonly clientContext: string | undefined;
  readonly event: Uint8Array;
}

export interface FinishedInvocation {
  readonly outcome: Outcome;
  /** Base64 of the end of its log. */
  readonly logTail: string;
}

/** An invocation whose caller takes a stream. */
export interface StreamingInvocation {
  readonly answer: Answer;
  /** Settles when the environment has nothing more to do for it; never rejects. */
  readonly finished: Promise<FinishedStream>;
}

export interface FinishedStream {
  /** The function's failure, before its stream or in it. */
  readonly failure: ErrorOutcome | undefined;
  /** Base64 of the end of its log. */
  readonly logTail: string;
}

/** One execution environment of a function, with the log that CloudWatch would show for it. */
export interface PooledEnvironment {
  /** Whether its runtime waits for an invocation. */
  readonly ready: boolean;
  /** Resolves when its runtime waits for an invocation, or its process has ended. */
  settled(): Promise<void>;
  /** Initialises it. Gives the time that it took. */
  start(): Promise<number>;
  /** Runs one invocation; `initMs` is set when the environment was started for it. */
  run(invocation: PendingInvocation, initMs: number | undefined): Promise<FinishedInvocation>;
  /** As `run`, but a stream is handed on from its first byte on. */
  runStreaming(invocation: PendingInvocation, initMs: number | undefined): Promise<StreamingInvocation>;
  stop(): Promise<void>;
}

export interface PooledEnvironmentOptions {
  readonly configuration: FunctionConfiguration;
  readonly logStream: string;
  readonly plan: LaunchPlan;
  /** Whether its processes stand still while no invocation runs. */
  readonly freezes: boolean;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

const runtimeHeaders = (invocation: PendingInvocation, deadlineMs: number): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'lambda-runtime-aws-request-id': invocation.requestId,
  'lambda-runtime-deadline-ms': String(deadlineMs),
  'lambda-runtime-invoked-function-arn': invocation.invokedArn,
  'lambda-runtime-trace-id': invocation.traceId,
  ...(invocation.clientContext === undefined ? {} : { 'lambda-runtime-client-context': invocation.clientContext }),
});

/** Milliseconds since a moment of `performance.now()`, to the hundredth as in REPORT lines. */
const elapsedMs = (since: number): number => Math.round((performance.now() - since) * 100) / 100;

interface StandbyOptions {
  readonly environment: () => ExecutionEnvironment;
  readonly freezes: boolean;
}

/** What an environment does between invocations. */
const createStandby = ({ environment, freezes }: StandbyOptions) => {
  let waiting: (() => void)[] = [];
  let awaited = false;
  const release = (): void => {
    const released = waiting;
    waiting = [];
    for (const resolve of released) resolve();
  };
  return {
    /** Whether an invocation waits for the runtime, which then is not frozen on its way to it. */
    expectInvocation: (expected: boolean) => {
      awaited = expected;
    },
    onReady: () => {
      if (freezes && !awaited) environment().freeze();
      release();
    },
    onExit: release,
    settled: (): Promise<void> => {
      const { state } = environment();
      const runs = state === 'busy' || state === 'starting';
      return runs ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
    },
  };
};

type Logging = Pick<PooledEnvironmentOptions, 'configuration' | 'logStream' | 'onEvent'>;

/** What CloudWatch would show of an environment, and the end of it that an invocation may ask for. */
const createEnvironmentLog = ({ configuration, logStream, onEvent }: Logging) => {
  const { functionName, memoryMb, version } = configuration;
  /** Holds the lines of an initialisation too, for the invocation that it was made for. */
  let tail: LogTail = createLogTail();
  const write = (line: {
    readonly requestId: string | undefined;
    readonly source: 'stdout' | 'stderr' | 'platform';
    readonly text: string;
  }): void => {
    tail.append(line.text);
    onEvent({ type: 'log-line', functionName, logStream, ...line });
  };
  const writePlatform = (requestId: string, text: string): void => write({ requestId, source: 'platform', text });
  return {
    write,
    begin: (requestId: string, initMs: number | undefined): void => {
      if (initMs === undefined) tail = createLogTail();
      writePlatform(requestId, startLine(requestId, version));
    },
    end: (report: Omit<InvocationReport, 'memoryMb'>): void => {
      const { requestId, failure, initMs, durationMs } = report;
      writePlatform(requestId, endLine(requestId));
      writePlatform(requestId, reportLine({ ...report, memoryMb }));
      const outcome = failure === undefined ? 'response' : 'error';
      onEvent({ type: 'invocation-finished', functionName, logStream, requestId, outcome, initMs, durationMs });
    },
    encodeTail: () => tail.encode(),
  };
};

const failureIn = (answer: Answer): ErrorOutcome | undefined => (answer.type === 'error' ? answer : undefined);

const failureOf = async (answer: Answer): Promise<ErrorOutcome | undefined> =>
  answer.type === 'stream' ? answer.ended : failureIn(answer);

export const createPooledEnvironment = (options: PooledEnvironmentOptions): PooledEnvironment => {
  const { configuration, logStream, plan, freezes, onEvent } = options;
  const { functionName } = configuration;
  const timeoutMs = configuration.timeoutSeconds * 1_000;
  let pid: number | undefined;
  const log = createEnvironmentLog(options);
  const standby = createStandby({ environment: () => environment, freezes });
  const environment: ExecutionEnvironment = createExecutionEnvironment({
    plan,
    timeoutMs,
    onStart: (started) => {
      pid = started.pid;
      onEvent({ type: 'environment-started', functionName, logStream, pid, folder: plan.cwd });
    },
    onReady: standby.onReady,
    onExit: standby.onExit,
    onOutput: ({ stream, text, requestId }) => log.write({ requestId, source: stream, text }),
  });

  /** Writes the first line of an invocation; `end` writes the last ones and gives the end of the log. */
  const begin = (invocation: PendingInvocation, initMs: number | undefined) => {
    const { requestId, event } = invocation;
    log.begin(requestId, initMs);
    const beganMs = performance.now();
    // The time of a function starts after its initialisation.
    const deadlineMs = options.now() + timeoutMs;
    standby.expectInvocation(false);
    return {
      given: { requestId, headers: runtimeHeaders(invocation, deadlineMs), event, deadlineMs },
      end: (failure: ErrorOutcome | undefined): string => {
        log.end({ requestId, durationMs: elapsedMs(beganMs), maxMemoryMb: peakMemoryMb(pid), initMs, failure });
        return log.encodeTail();
      },
    };
  };

  return {
    get ready() {
      return environment.state === 'ready';
    },
    settled: standby.settled,
    start: async () => {
      const begin = performance.now();
      standby.expectInvocation(true);
      await environment.start();
      return elapsedMs(begin);
    },
    run: async (invocation, initMs) => {
      const { given, end } = begin(invocation, initMs);
      const outcome = await environment.invoke(given);
      return { outcome, logTail: end(failureIn(outcome)) };
    },
    runStreaming: async (invocation, initMs) => {
      const { given, end } = begin(invocation, initMs);
      const answer = await environment.invokeStreaming(given);
      const finished = failureOf(answer).then((failure) => ({ failure, logTail: end(failure) }));
      return { answer, finished };
    },
    stop: async () => {
      await environment.stop();
      onEvent({ type: 'environment-stopped', functionName, logStream });
    },
  };
};
