import {
  createExecutionEnvironment,
  type ExecutionEnvironment,
  type LaunchPlan,
  type Outcome,
} from '@live-lambda/runner';
import type { EmulatorListener } from '../events.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import { createLogTail, endLine, type LogTail, reportLine, startLine } from './invocation-log.ts';
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

/** One execution environment of a function, with the log that CloudWatch would show for it. */
export interface PooledEnvironment {
  /** Initialises it. Gives the time that it took. */
  start(): Promise<number>;
  /** Runs one invocation; `initMs` is set when the environment was started for it. */
  run(invocation: PendingInvocation, initMs: number | undefined): Promise<FinishedInvocation>;
  stop(): Promise<void>;
}

export interface PooledEnvironmentOptions {
  readonly configuration: FunctionConfiguration;
  readonly logStream: string;
  readonly plan: LaunchPlan;
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

export const createPooledEnvironment = (options: PooledEnvironmentOptions): PooledEnvironment => {
  const { configuration, logStream, plan, onEvent } = options;
  const { functionName, memoryMb, version } = configuration;
  const timeoutMs = configuration.timeoutSeconds * 1_000;
  let pid: number | undefined;
  /** Holds the lines of an initialisation too, for the invocation that it was made for. */
  let log: LogTail = createLogTail();

  const environment: ExecutionEnvironment = createExecutionEnvironment({
    plan,
    timeoutMs,
    onStart: (started) => {
      pid = started.pid;
      onEvent({ type: 'environment-started', functionName, logStream, pid, folder: plan.cwd });
    },
    onOutput: ({ stream, text, requestId }) => {
      log.append(text);
      onEvent({ type: 'log-line', functionName, logStream, requestId, source: stream, text });
    },
  });

  const platformLine = (requestId: string, text: string): void => {
    log.append(text);
    onEvent({ type: 'log-line', functionName, logStream, requestId, source: 'platform', text });
  };

  return {
    start: async () => {
      const begin = performance.now();
      await environment.start();
      return elapsedMs(begin);
    },
    run: async (invocation, initMs) => {
      const { requestId, event } = invocation;
      if (initMs === undefined) log = createLogTail();
      platformLine(requestId, startLine(requestId, version));
      const begin = performance.now();
      // The time of a function starts after its initialisation.
      const deadlineMs = options.now() + timeoutMs;
      const headers = runtimeHeaders(invocation, deadlineMs);
      const outcome = await environment.invoke({ requestId, headers, event, deadlineMs });
      const durationMs = elapsedMs(begin);
      const maxMemoryMb = peakMemoryMb(pid);
      platformLine(requestId, endLine(requestId));
      platformLine(requestId, reportLine({ requestId, durationMs, memoryMb, maxMemoryMb, initMs, outcome }));
      const finished = { functionName, logStream, requestId, outcome: outcome.type, initMs, durationMs };
      onEvent({ type: 'invocation-finished', ...finished });
      return { outcome, logTail: log.encode() };
    },
    stop: async () => {
      await environment.stop();
      onEvent({ type: 'environment-stopped', functionName, logStream });
    },
  };
};
