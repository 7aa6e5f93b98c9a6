import {
  type Answer,
  createRuntimeApiServer,
  type ProcessEnd,
  type RuntimeApiServer,
  type RuntimeApiServerOptions,
} from '@live-lambda/runner/runtime-api';
import type { NextInvocation, RuntimeClient, StreamBody } from './runtime-client.ts';

/**
 * The code that was deployed, behind a Runtime API of the stub's own: its runtime cannot tell it from Lambda's. Bytes,
 * headers, errors and streams pass as they are; deadlines are Lambda's, which ends both.
 */
export interface DeployedCode {
  /**
   * Starts it while the environment initialises. Resolves when its runtime asks for an event, or it has ended; an
   * initialisation that failed has been told to Lambda by then.
   */
  start(): Promise<void>;
  /**
   * Has one event run, and answers it. Resolves when its runtime asks for the next, as Lambda waits for that too, or it
   * has ended, in which case an answer may be missing.
   */
  run(invocation: NextInvocation): Promise<void>;
  /** How its process ended: the environment ends the same way. */
  readonly end: ProcessEnd | undefined;
  /** Resolves with the work's result, or with the end of the process where that comes first. */
  unlessEnded<T>(work: Promise<T>): Promise<T | ProcessEnd>;
}

export interface DeployedCodeOptions {
  readonly runtime: RuntimeClient;
  /** Serves what it asks of Lambda besides the Runtime API. */
  readonly serveOthers?: RuntimeApiServerOptions['serveOthers'];
  /** Starts its process, which is given the address of the Runtime API. Resolves with its end, and never rejects. */
  readonly startProcess: (runtimeApi: string) => Promise<ProcessEnd>;
}

/** A part of a stream is missing. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

/** Nothing is started before it is needed. */
export function createDeployedCode({ runtime, startProcess, serveOthers }: DeployedCodeOptions): DeployedCode {
  const watching = new Set<() => void>();
  const changed = () => {
    for (const look of watching) look();
  };
  let launching: Promise<RuntimeApiServer> | undefined;
  let end: ProcessEnd | undefined;

  async function launch(): Promise<RuntimeApiServer> {
    const server = await createRuntimeApiServer({
      // Lambda looks after the deadline, kills all processes of the environment, and says so.
      onDeadline: () => 'let-run',
      timeoutMs: Number.POSITIVE_INFINITY,
      onKill: () => undefined,
      onState: changed,
      ...(serveOthers && { serveOthers }),
    });
    server.processStarted();
    void startProcess(server.address).then((how) => {
      end = how;
      server.processEnded(how);
      // No other process takes an event that still waits for this one.
      void server.close();
      changed();
    });
    return server;
  }

  const started = (): Promise<RuntimeApiServer> => {
    launching ??= launch();
    return launching;
  };

  /** Resolves when the server is in one of these states, or the process has ended. */
  function until(server: RuntimeApiServer, states: readonly RuntimeApiServer['state'][]): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (end === undefined && !states.includes(server.state)) return;
        watching.delete(look);
        resolve();
      };
      watching.add(look);
      look();
    });
  }

  async function answer(requestId: string, given: Answer): Promise<void> {
    switch (given.type) {
      case 'response':
        return runtime.respond(requestId, given.body, given.headers);
      case 'stream':
        return runtime.stream(requestId, streamed(given), given.headers).catch((error: unknown) => {
          if (!(error instanceof BrokenOff)) throw error;
        });
      case 'error':
        // Lambda sees the end of the process by itself, and has its own words for it.
        return given.origin === 'exit' ? undefined : runtime.fail(requestId, given.body, given.headers);
      default:
        given satisfies never;
    }
  }

  return {
    get end() {
      return end;
    },
    unlessEnded(work) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (end !== undefined) resolve(end);
        };
        watching.add(look);
        look();
        work.then(resolve, reject).finally(() => watching.delete(look));
      });
    },
    async start() {
      const server = await started();
      await until(server, ['Ready', 'InitError']);
      const { initFailure } = server;
      if (initFailure?.type !== 'posted') return;
      await runtime.failInit(initFailure.outcome.body, initFailure.outcome.headers);
      await until(server, []);
    },
    async run({ requestId, headers, event, deadlineMs }) {
      const server = await started();
      await answer(requestId, await server.invokeStreaming({ requestId, headers, event, deadlineMs }));
      await until(server, ['Ready']);
    },
  };
}

async function* streamed({ body, ended }: Extract<Answer, { type: 'stream' }>): StreamBody {
  for await (const part of body) yield part;
  const failure = await ended;
  if (failure === undefined) return undefined;
  if (failure.origin !== 'handler') throw new BrokenOff('the stream of the deployed code broke off');
  return { errorType: failure.headers['lambda-runtime-function-error-type'] ?? '', body: failure.body };
}
