import { CONTROL_FD_VARIABLE, HOLD_VARIABLE } from './node/client/control-protocol.ts';
import { CONTROL_FD, type ControlReport, type VariableChanges } from './process/control-channel.ts';
import { inspectorUrlIn, isInspectorLine } from './process/inspector-lines.ts';
import {
  type SupervisedProcess,
  type SupervisedProcessOptions,
  startSupervisedProcess,
} from './process/supervised-process.ts';
import type { LaunchPlan } from './runner.ts';
import type { RuntimeState } from './runtime-api/machine.ts';
import type { ProcessEnd } from './runtime-api/outcomes.ts';
import type { RuntimeApiServer } from './runtime-api/server.ts';

/** A runtime is expected to exit once it reported that it cannot start; it is killed if it stays longer than this. */
const INIT_ERROR_GRACE_MS = 1_000;

export interface ProcessSlotOptions {
  readonly plan: LaunchPlan;
  readonly initTimeoutMs: number;
  readonly onOutput: SupervisedProcessOptions['onOutput'];
  readonly onStart: (started: { readonly pid: number }) => void;
  readonly onExit: (end: ProcessEnd) => void;
  readonly onLoaded: (files: readonly string[]) => void;
  readonly onInspector: (url: string) => void;
  /** Whether a debugger may hold the process at this moment. */
  readonly isDebugged: () => boolean;
}

/**
 * Where a process is on its way to the function's code. `none`: it goes there by itself. `booting`: it is to wait, and
 * does not yet. `held`: it waits. `released`: it was told to go on.
 */
export type Hold = 'none' | 'booting' | 'held' | 'released';

/** The place of an environment's one process: it is filled when an invocation needs it, and again after the end. */
export interface ProcessSlot {
  readonly process: SupervisedProcess | undefined;
  /** Of the process that there is. */
  readonly hold: Hold;
  /** Of the latest process: resolves when it asked for an invocation or failed to get there. */
  readonly initialised: Promise<void>;
  /** Of the latest process: resolves when it waits without the function's code, or never will. */
  readonly held: Promise<void>;
  /** Starts a process if there is none. One that is being killed comes to its end first. */
  fill(server: RuntimeApiServer): Promise<void>;
  /** Starts a process that waits before it loads the function's code, if there is none. */
  fillHeld(server: RuntimeApiServer): Promise<void>;
  /** Lets a process go on that waits, or is about to. */
  release(server: RuntimeApiServer): void;
  /** Fills the slot, now or at the end of a process that is being killed, if an invocation waits for that. */
  fillIfAwaited(server: RuntimeApiServer): void;
  /** Changes variables of this process, if it has a control channel, and of the ones that are started after it. */
  renew(changes: VariableChanges): void;
  /** Counts the changes of variables that a process was told of; 0 if there were none. */
  readonly variablesVersion: number;
  /** Whether any process here ever asked for an invocation or reported why it cannot. */
  readonly hasSpoken: boolean;
  /** To be told every state of the Runtime API, since some may last only so long. */
  follow(state: RuntimeState, server: RuntimeApiServer): void;
  /** Kills the process, and starts no other. */
  close(): Promise<void>;
}

/** Makes an empty slot. */
export function createProcessSlot(options: ProcessSlotOptions): ProcessSlot {
  const { plan } = options;
  const takesOrders = plan.control === true;
  /** What the next process is started with. */
  let env = plan.env;
  /** What this process was started with. */
  let startedWith = env;
  let process: SupervisedProcess | undefined;
  let hold: Hold = 'none';
  let variablesVersion = 0;
  let initialised = createSignal();
  let held = createSignal();
  let hasSpoken = false;
  let phaseTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const limitInitialisation = (server: RuntimeApiServer): void => {
    clearTimeout(phaseTimer);
    phaseTimer = setTimeout(() => {
      if (options.isDebugged()) limitInitialisation(server);
      else server.initTimedOut();
    }, options.initTimeoutMs);
  };
  const report = (told: ControlReport): void => {
    if (told.type === 'loaded') options.onLoaded(told.files);
    else if (told.type === 'inspector') options.onInspector(told.url);
    else if (hold === 'booting') {
      hold = 'held';
      held.give();
    }
  };
  const print: SupervisedProcessOptions['onOutput'] = (line) => {
    if (takesOrders && line.stream === 'stderr' && isInspectorLine(line.text)) {
      const url = inspectorUrlIn(line.text);
      if (url !== undefined) options.onInspector(url);
    } else options.onOutput?.(line);
  };
  const start = (server: RuntimeApiServer, nextHold: Hold): void => {
    initialised = createSignal();
    held = createSignal();
    hold = nextHold;
    startedWith = env;
    server.processStarted();
    const started = startSupervisedProcess({
      ...plan,
      env: {
        ...env,
        AWS_LAMBDA_RUNTIME_API: server.address,
        ...(takesOrders ? { [CONTROL_FD_VARIABLE]: String(CONTROL_FD) } : {}),
        ...(hold === 'none' ? {} : { [HOLD_VARIABLE]: '1' }),
      },
      onOutput: print,
      ...(takesOrders ? { onReport: report } : {}),
    });
    process = started;
    // It was started with all changes up to now, and an event that names them must not wait for them.
    if (variablesVersion > 0) started.send({ type: 'env', version: variablesVersion, env: {} });
    if (started.pid !== undefined) options.onStart({ pid: started.pid });
    void started.ended.then((end) => {
      process = undefined;
      held.give();
      options.onExit(end);
      server.processEnded(end);
      fillIfAwaited(server);
    });
  };
  const isEmpty = (server: RuntimeApiServer): boolean => server.state === 'Stopped' && process === undefined && !closed;
  const fillIfAwaited = (server: RuntimeApiServer): void => {
    if (isEmpty(server) && server.hasWaitingInvocation) start(server, 'none');
  };
  const fill = async (server: RuntimeApiServer, nextHold: Hold): Promise<void> => {
    if (server.state === 'Stopped') await process?.ended;
    if (isEmpty(server)) start(server, nextHold);
  };

  return {
    get process() {
      return process;
    },
    get hold() {
      return hold;
    },
    get initialised() {
      return initialised.given;
    },
    get held() {
      return held.given;
    },
    get hasSpoken() {
      return hasSpoken;
    },
    get variablesVersion() {
      return variablesVersion;
    },
    fillIfAwaited,
    fill: (server) => fill(server, 'none'),
    fillHeld: (server) => fill(server, takesOrders ? 'booting' : 'none'),
    release(server) {
      if (hold !== 'booting' && hold !== 'held') return;
      hold = 'released';
      held.give();
      process?.send({ type: 'load', env: changesBetween(startedWith, env) });
      if (server.state === 'Started') limitInitialisation(server);
    },
    renew(changes) {
      env = applyChanges(env, changes);
      // One that is held is told when it is released.
      if (!takesOrders || process === undefined || hold === 'booting' || hold === 'held') return;
      variablesVersion += 1;
      process.send({ type: 'env', version: variablesVersion, env: changes });
    },
    follow(state, server) {
      clearTimeout(phaseTimer);
      hasSpoken ||= state !== 'Started' && state !== 'Stopped';
      if (state === 'Started') {
        if (hold === 'none') limitInitialisation(server);
      } else if (state === 'InitError') phaseTimer = setTimeout(() => process?.kill(), INIT_ERROR_GRACE_MS);
      else {
        initialised.give();
        held.give();
      }
    },
    close: async () => {
      closed = true;
      process?.kill();
      await process?.ended;
      clearTimeout(phaseTimer);
      // Whoever was about to start a process when this closed waits for one that never is.
      initialised.give();
      held.give();
    },
  };
}

/** What has to be set and unset to come from one set of variables to another. */
export function changesBetween(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): VariableChanges {
  const changes: Record<string, string | null> = {};
  for (const name of Object.keys(before)) if (!(name in after)) changes[name] = null;
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) changes[name] = value;
  return changes;
}

function applyChanges(env: Readonly<Record<string, string>>, changes: VariableChanges): Record<string, string> {
  const entries = Object.entries({ ...env, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
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
