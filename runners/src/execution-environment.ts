import type { Answer, Invocation, Outcome } from './invocation.ts';
import { VARIABLES_VERSION_HEADER } from './node/client/control-protocol.ts';
import type { VariableChanges } from './process/control-channel.ts';
import type { OutputStream } from './process/supervised-process.ts';
import { createProcessSlot, type ProcessSlot } from './process-slot.ts';
import type { LaunchPlan } from './runner.ts';
import type { InitFailure, RuntimeState } from './runtime-api/machine.ts';
import type { ProcessEnd } from './runtime-api/outcomes.ts';
import { createRuntimeApiServer, type RuntimeApiServer } from './runtime-api/server.ts';

/**
 * How long a function may initialise before its first invocation.
 * Source: AWS Lambda Developer Guide, "Lambda execution environment lifecycle": the init phase is limited to 10 seconds.
 */
export const DEFAULT_INIT_TIMEOUT_MS = 10_000;

/** One line of a function's output; a very long one comes in pieces. */
export interface OutputLine {
  readonly stream: OutputStream;
  readonly text: string;
  /** The invocation that was being served when the line was read; undefined before and between invocations. */
  readonly requestId: string | undefined;
}

export interface ExecutionEnvironmentOptions {
  readonly plan: LaunchPlan;
  /** The function's configured timeout: only the text of a timeout needs it, the deadline is the invocation's. */
  readonly timeoutMs: number;
  /** {@link DEFAULT_INIT_TIMEOUT_MS} if not given. */
  readonly initTimeoutMs?: number;
  /** The process is held back while this runs. */
  readonly onOutput?: (line: OutputLine) => void;
  /** A process was started: the first one, or a new one after the one before ended. */
  readonly onStart?: (started: { readonly pid: number }) => void;
  /** The state became `ready`: the runtime waits for an invocation, and everything about the one before was said. */
  readonly onReady?: () => void;
  /** A process ended, whyever. Its output was passed on before. */
  readonly onExit?: (end: ProcessEnd) => void;
  /** The process read files of the function's code: absolute, real paths. Only told by plans with `control`. */
  readonly onLoaded?: (files: readonly string[]) => void;
  /** A debugger can attach to the process: `ws://127.0.0.1:PORT/ID`. May be told twice. Only by plans with `control`. */
  readonly onInspector?: (url: string) => void;
  /**
   * Whether a debugger may hold the process at this moment: then neither the limit of its initialisation nor a deadline
   * kills it, and it is not frozen.
   */
  readonly isDebugged?: () => boolean;
  /** The time of an invocation is over, and it runs on since a debugger may hold it. */
  readonly onOverdue?: (requestId: string) => void;
}

/**
 * `stopped`: no process; the next invocation starts one. `starting`: the runtime initialises. `ready`: it waits for an
 * invocation. `busy`: it has one, or has not come back for the next. `closed`: for good.
 */
export type ExecutionEnvironmentState = 'stopped' | 'starting' | 'ready' | 'busy' | 'closed';

/**
 * A Lambda execution environment on this machine: one process at a time that speaks the Runtime API, and the server
 * that it speaks to. The process is killed at an invocation's deadline, and one that ended is replaced by the next
 * invocation, as in Lambda.
 */
export interface ExecutionEnvironment extends AsyncDisposable {
  /** The process id while a process runs. */
  readonly pid: number | undefined;
  readonly state: ExecutionEnvironmentState;
  /** Why the last initialisation failed, until an invocation is answered with it. */
  readonly initFailure: InitFailure | undefined;
  /**
   * Starts the process ahead of the first invocation. Resolves when the runtime asked for it, or when initialisation
   * failed, which then is the outcome of the next invocation. Where it took longer than `initTimeoutMs`, the process
   * is killed, and initialised once more within the next invocation's time.
   */
  start(): Promise<void>;
  /**
   * Runs one invocation. Everything that the process wrote before it answered reached `onOutput` by then.
   * @throws Error if another invocation runs, or if the environment was stopped.
   */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** As `invoke`, but gives a streamed answer when it begins. The environment is busy until the stream has ended. */
  invokeStreaming(invocation: Invocation): Promise<Answer>;
  /**
   * Starts a process that waits before it loads the function's code, where the plan has `control`; elsewhere this is
   * `start`. Resolves when it waits, or never will. `start` and an invocation let it go on.
   */
  hold(): Promise<void>;
  /** Whether a process waits before it loads the function's code. */
  readonly isHeld: boolean;
  /** Whether any process of it ever spoke the Runtime API: asked for an invocation, or reported why it cannot. */
  readonly hasSpoken: boolean;
  /**
   * Changes variables: of the process before its next event where the plan has `control`, and of those started from now
   * on in every case.
   */
  renew(changes: VariableChanges): void;
  /**
   * Stops the processes of an environment that is `ready` where they are, as Lambda does between invocations; in any
   * other state, and on Windows, nothing happens. The next invocation thaws it right before the event is handed over.
   */
  freeze(): void;
  /** Lets the processes of a frozen environment run on without an invocation. */
  thaw(): void;
  /** Kills the process group, as Lambda does without a SIGTERM, answers an open invocation with that, frees the port. */
  stop(): Promise<void>;
}

/** Makes an execution environment; nothing is started before `start`, `hold` or an invocation. */
export function createExecutionEnvironment(options: ExecutionEnvironmentOptions): ExecutionEnvironment {
  let servedId: string | undefined;
  let closing: Promise<void> | undefined;
  const isDebugged = (): boolean => options.isDebugged?.() ?? false;
  const slot = createProcessSlot({
    plan: options.plan,
    initTimeoutMs: options.initTimeoutMs ?? DEFAULT_INIT_TIMEOUT_MS,
    onOutput: (line) => options.onOutput?.({ ...line, requestId: servedId }),
    onStart: (started) => options.onStart?.(started),
    onExit: (end) => options.onExit?.(end),
    onLoaded: (files) => options.onLoaded?.(files),
    onInspector: (url) => options.onInspector?.(url),
    isDebugged,
  });
  const currentState = (): ExecutionEnvironmentState =>
    environmentState({ closed: closing !== undefined, serving: servedId !== undefined, runtime: api.state() });
  const tellReady = (): void => {
    if (currentState() === 'ready') options.onReady?.();
  };
  const onDeadline = (requestId: string): 'enforce' | 'let-run' => {
    if (!isDebugged()) return 'enforce';
    options.onOverdue?.(requestId);
    return 'let-run';
  };
  const api = createLazyServer({ timeoutMs: options.timeoutMs, slot, onState: tellReady, onDeadline });

  const outputRead = async (server: RuntimeApiServer): Promise<void> => {
    if (server.state === 'Stopped') await slot.process?.ended;
    else await slot.process?.drainOutput();
  };
  const leave = (): void => {
    servedId = undefined;
    tellReady();
  };
  const serve = async (invocation: Invocation, takesStream: boolean): Promise<Answer> => {
    assertFree(invocation, { closed: closing !== undefined, servedId });
    servedId = invocation.requestId;
    let streams = false;
    try {
      const server = await api.listen();
      slot.process?.thaw();
      slot.release(server);
      const given = withVariablesVersion(invocation, slot.variablesVersion);
      const answered = takesStream ? server.invokeStreaming(given) : server.invoke(given);
      slot.fillIfAwaited(server);
      const answer = await answered;
      await outputRead(server);
      if (answer.type !== 'stream') return answer;
      streams = true;
      const ended = answer.ended.then(async (failure) => {
        await outputRead(server);
        leave();
        return failure;
      });
      return { ...answer, ended };
    } finally {
      if (!streams) leave();
    }
  };
  const assertOpen = (): void => {
    if (closing !== undefined) throw new Error('This execution environment was stopped');
  };
  const stop = (): Promise<void> => {
    closing ??= slot.close().then(() => api.close());
    return closing;
  };
  return {
    get pid() {
      return slot.process?.pid;
    },
    get state() {
      return currentState();
    },
    get initFailure() {
      return api.initFailure();
    },
    get isHeld() {
      return slot.process !== undefined && slot.hold === 'held';
    },
    get hasSpoken() {
      return slot.hasSpoken;
    },
    start: async () => {
      assertOpen();
      const server = await api.listen();
      slot.release(server);
      await slot.fill(server);
      await slot.initialised;
    },
    hold: async () => {
      assertOpen();
      await slot.fillHeld(await api.listen());
      await slot.held;
    },
    invoke: async (invocation) => buffered(await serve(invocation, false)),
    invokeStreaming: (invocation) => serve(invocation, true),
    renew: (changes) => slot.renew(changes),
    freeze: () => {
      if (currentState() === 'ready' && !isDebugged()) slot.process?.freeze();
    },
    thaw: () => slot.process?.thaw(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** What a server answers that was not asked to stream. */
function buffered(answer: Answer): Outcome {
  if (answer.type === 'stream') throw new Error('A stream came where none was asked for');
  return answer;
}

function withVariablesVersion(invocation: Invocation, version: number): Invocation {
  if (version === 0) return invocation;
  return { ...invocation, headers: { ...invocation.headers, [VARIABLES_VERSION_HEADER]: String(version) } };
}

interface LazyServer {
  listen(): Promise<RuntimeApiServer>;
  state(): RuntimeState | undefined;
  initFailure(): InitFailure | undefined;
  close(): Promise<void>;
}

interface LazyServerOptions {
  readonly timeoutMs: number;
  readonly slot: ProcessSlot;
  /** Told after the slot. */
  readonly onState: () => void;
  readonly onDeadline: (requestId: string) => 'enforce' | 'let-run';
}

/** A Runtime API server that takes a port only when it is needed. */
function createLazyServer({ timeoutMs, slot, onState, onDeadline }: LazyServerOptions): LazyServer {
  let starting: Promise<RuntimeApiServer> | undefined;
  let server: RuntimeApiServer | undefined;
  return {
    listen: async () => {
      starting ??= createRuntimeApiServer({
        timeoutMs,
        onDeadline,
        onKill: () => slot.process?.kill(),
        onState: (state) => {
          if (server === undefined) return;
          slot.follow(state, server);
          onState();
        },
      });
      server = await starting;
      return server;
    },
    state: () => server?.state,
    initFailure: () => server?.initFailure,
    close: async () => (await starting)?.close(),
  };
}

function assertFree(
  invocation: Invocation,
  now: { readonly closed: boolean; readonly servedId: string | undefined },
): void {
  const { requestId } = invocation;
  if (now.closed) throw new Error(`Invocation ${requestId} was given to an execution environment that was stopped`);
  if (now.servedId === undefined) return;
  throw new Error(`Invocation ${requestId} was given to an execution environment that is busy with ${now.servedId}`);
}

interface EnvironmentFacts {
  readonly closed: boolean;
  readonly serving: boolean;
  readonly runtime: RuntimeState | undefined;
}

function environmentState({ closed, serving, runtime }: EnvironmentFacts): ExecutionEnvironmentState {
  if (closed) return 'closed';
  if (serving) return 'busy';
  switch (runtime) {
    case undefined:
    case 'Stopped':
      return 'stopped';
    case 'Started':
    case 'InitError':
      return 'starting';
    case 'Ready':
      return 'ready';
    case 'Running':
    case 'InvocationResponse':
    case 'InvocationErrorResponse':
    case 'RuntimeResponseSentState':
      return 'busy';
  }
}
