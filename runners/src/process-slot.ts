import { type SupervisedProcess, startSupervisedProcess } from './process/supervised-process.ts';
import type { LaunchPlan } from './runner.ts';
import type { RuntimeState } from './runtime-api/machine.ts';
import type { ProcessEnd } from './runtime-api/outcomes.ts';
import type { RuntimeApiServer } from './runtime-api/server.ts';

/** A runtime is expected to exit once it reported that it cannot start; it is killed if it stays longer than this. */
const INIT_ERROR_GRACE_MS = 1_000;

export interface ProcessSlotOptions {
  readonly plan: LaunchPlan;
  readonly initTimeoutMs: number;
  readonly onOutput: Parameters<typeof startSupervisedProcess>[0]['onOutput'];
  readonly onStart: (started: { readonly pid: number }) => void;
  readonly onExit: (end: ProcessEnd) => void;
}

/** The place of an environment's one process: it is filled when an invocation needs it, and again after the end. */
export interface ProcessSlot {
  readonly process: SupervisedProcess | undefined;
  /** Of the latest process: resolves when it asked for an invocation or failed to get there. */
  readonly initialised: Promise<void>;
  /** Starts a process if there is none. One that is being killed comes to its end first. */
  fill(server: RuntimeApiServer): Promise<void>;
  /** Fills the slot, now or at the end of a process that is being killed, if an invocation waits for that. */
  fillIfAwaited(server: RuntimeApiServer): void;
  /** To be told every state of the Runtime API, since some may last only so long. */
  follow(state: RuntimeState, server: RuntimeApiServer): void;
  /** Kills the process, and starts no other. */
  close(): Promise<void>;
}

/** Makes an empty slot. */
export function createProcessSlot(options: ProcessSlotOptions): ProcessSlot {
  let process: SupervisedProcess | undefined;
  let initialised = createSignal();
  let phaseTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const start = (server: RuntimeApiServer): void => {
    initialised = createSignal();
    server.processStarted();
    const started = startSupervisedProcess({
      ...options.plan,
      env: { ...options.plan.env, AWS_LAMBDA_RUNTIME_API: server.address },
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    });
    process = started;
    if (started.pid !== undefined) options.onStart({ pid: started.pid });
    void started.ended.then((end) => {
      process = undefined;
      options.onExit(end);
      server.processEnded(end);
      fillIfAwaited(server);
    });
  };
  const isEmpty = (server: RuntimeApiServer): boolean => server.state === 'Stopped' && process === undefined && !closed;
  const fillIfAwaited = (server: RuntimeApiServer): void => {
    if (isEmpty(server) && server.hasWaitingInvocation) start(server);
  };

  return {
    get process() {
      return process;
    },
    get initialised() {
      return initialised.given;
    },
    fillIfAwaited,
    fill: async (server) => {
      if (server.state === 'Stopped') await process?.ended;
      if (isEmpty(server)) start(server);
    },
    follow: (state, server) => {
      clearTimeout(phaseTimer);
      if (state === 'Started') phaseTimer = setTimeout(() => server.initTimedOut(), options.initTimeoutMs);
      else if (state === 'InitError') phaseTimer = setTimeout(() => process?.kill(), INIT_ERROR_GRACE_MS);
      else initialised.give();
    },
    close: async () => {
      closed = true;
      process?.kill();
      await process?.ended;
      clearTimeout(phaseTimer);
    },
  };
}

interface Signal {
  readonly given: Promise<void>;
  give(): void;
}

function createSignal(): Signal {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
