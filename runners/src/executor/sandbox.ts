import { createExecutionEnvironment, type ExecutionEnvironment, type OutputLine } from '../execution-environment.ts';
import { changesBetween } from '../process-slot.ts';
import type { FunctionSpec, LaunchPlan } from '../runner.ts';

/** Lines of a process that belongs to no environment yet; Node may warn of something when it starts. */
const MAX_EARLY_LINES = 100;

/** How much of what a process says before it is ready is kept, for the text of its failure. */
const MAX_LAST_WORDS = 5;

export interface SandboxOptions {
  readonly fn: FunctionSpec;
  readonly plan: LaunchPlan;
  readonly events: SandboxEvents;
}

/** What is told of a process; `environmentId` is that of the environment which it belongs to by then. */
export interface SandboxEvents {
  started(environmentId: string, sandbox: Sandbox): void;
  exited(sandbox: Sandbox): void;
  output(environmentId: string, line: OutputLine): void;
  /** `sinceEpochMs`: when the process began to load. */
  loaded(sandbox: Sandbox, files: readonly string[], sinceEpochMs: number): void;
  inspector(sandbox: Sandbox): void;
  /** Whether a debugger is attached to it through our own address. */
  isAttached(sandbox: Sandbox): boolean;
  /** Whether its processes are started to be debugged, and wait for that before they load the function. */
  readonly inspection: 'none' | 'offered' | 'awaited';
  overdue(environmentId: string, requestId: string): void;
}

/** The local twin of one execution environment in AWS on one build of its function, or a spare that is to become one. */
export interface Sandbox {
  readonly fn: FunctionSpec;
  /** Of the build whose code it runs; 0 while it has none. */
  readonly generation: number;
  /** Its variables are those that the process has by now. */
  readonly plan: LaunchPlan;
  readonly environment: ExecutionEnvironment;
  /** Of the process that runs, or ran last. */
  readonly pid: number | undefined;
  /** Where a debugger may attach to its process, as soon as it may. */
  readonly inspectorUrl: string | undefined;
  /** The last lines on stderr before it was ready. */
  readonly lastWords: readonly string[];
  /** Whether a debugger is attached to its process. */
  isAttached(): boolean;
  /** Whether a debugger holds its process, or is waited for. */
  isDebugged(): boolean;
  /** Makes it the twin of an environment on one build, with the variables of a plan. */
  adopt(twin: { readonly environmentId: string; readonly generation: number; readonly plan: LaunchPlan }): void;
  /** Gives its process the variables of a plan. */
  renew(plan: LaunchPlan): void;
  /** Starts the process, or lets one go on that is held; resolves as `start` of an environment, and never rejects. */
  start(): Promise<void>;
}

export function createSandbox({ fn, plan: firstPlan, events }: SandboxOptions): Sandbox {
  let plan = firstPlan;
  let generation = 0;
  let owner: string | undefined;
  let pid: number | undefined;
  let inspectorUrl: string | undefined;
  /**
   * A debugger that comes before the process waits for it would say too early that it may go on: our Node client opens
   * its inspector anew, at another address, right before it waits.
   */
  let takesDebugger = events.inspection !== 'awaited';
  let loadingSince = Date.now();
  const early: OutputLine[] = [];
  let lastWords: string[] = [];

  const environment = createExecutionEnvironment({
    plan,
    timeoutMs: fn.timeoutMs,
    onOutput: (line) => {
      if (line.stream === 'stderr' && environment.state !== 'ready')
        lastWords = [...lastWords, line.text].slice(-MAX_LAST_WORDS);
      if (owner !== undefined) events.output(owner, line);
      else if (early.length < MAX_EARLY_LINES) early.push(line);
    },
    onStart: (started) => {
      pid = started.pid;
      inspectorUrl = undefined;
      takesDebugger = events.inspection !== 'awaited';
      loadingSince = Date.now();
      if (owner !== undefined) events.started(owner, sandbox);
    },
    onExit: () => {
      inspectorUrl = undefined;
      events.exited(sandbox);
    },
    onLoaded: (files) => events.loaded(sandbox, files, loadingSince),
    onInspector: (url) => {
      if (inspectorUrl === url) return;
      takesDebugger ||= inspectorUrl !== undefined;
      inspectorUrl = url;
      if (takesDebugger) events.inspector(sandbox);
    },
    isDebugged: () => sandbox.isDebugged(),
    onOverdue: (requestId) => {
      if (owner !== undefined) events.overdue(owner, requestId);
    },
  });

  const sandbox: Sandbox = {
    fn,
    environment,
    get generation() {
      return generation;
    },
    get plan() {
      return plan;
    },
    get pid() {
      return pid;
    },
    get inspectorUrl() {
      return takesDebugger ? inspectorUrl : undefined;
    },
    get lastWords() {
      return lastWords;
    },
    // An editor that had the inspector opened by its own variables is attached for as long as it is open.
    isAttached: () => (events.inspection === 'none' ? inspectorUrl !== undefined : events.isAttached(sandbox)),
    isDebugged: () => sandbox.isAttached() || (events.inspection === 'awaited' && !environment.hasSpoken),
    adopt(twin) {
      owner = twin.environmentId;
      generation = twin.generation;
      sandbox.renew(twin.plan);
      if (pid !== undefined && environment.state !== 'stopped') events.started(owner, sandbox);
      for (const line of early.splice(0)) events.output(owner, line);
      if (sandbox.inspectorUrl !== undefined) events.inspector(sandbox);
    },
    renew(newPlan) {
      const changes = changesBetween(plan.env, newPlan.env);
      plan = newPlan;
      if (Object.keys(changes).length > 0) environment.renew(changes);
    },
    start: () => {
      if (environment.isHeld) loadingSince = Date.now();
      return environment.start().catch(() => undefined);
    },
  };
  return sandbox;
}
