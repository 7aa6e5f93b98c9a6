import { createLaunchPlan, functionEnvironment, type RoleCredentials } from '../environment.ts';
import type { FunctionInspectors } from '../inspector/function-inspectors.ts';
import { inspectedPlan } from '../inspector/inspected-plan.ts';
import type { StartLimiter } from '../process/start-limiter.ts';
import type { FunctionSpec, LaunchCommand, LaunchPlan } from '../runner.ts';
import type { ExecutionEvent } from './execution-event.ts';
import { createSandbox, type Sandbox, type SandboxEvents } from './sandbox.ts';
import { createSpares } from './spares.ts';
import { holdInTurn, startInTurn } from './waiting.ts';

export interface ProcessPoolOptions {
  readonly laptop: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly limiter: StartLimiter;
  readonly maxSpares: number;
  readonly inspectors: FunctionInspectors | undefined;
  readonly brk: boolean;
  readonly onEvent: (event: ExecutionEvent) => void;
  readonly onLoaded: (sandbox: Sandbox, files: readonly string[], sinceEpochMs: number) => void;
  readonly onOverdue: (environmentId: string, requestId: string) => void;
  /** Whether an event has the process. */
  readonly isServing: (sandbox: Sandbox) => boolean;
}

/** What a process is made for. */
export interface ProcessRequest {
  readonly environmentId: string;
  readonly fn: FunctionSpec;
  readonly variables: Readonly<Record<string, string>>;
  readonly credentials: RoleCredentials;
  readonly launch: LaunchCommand;
  readonly generation: number;
}

/** Makes the processes of environments, keeps spare ones, and looks after all until they have ended. */
export interface ProcessPool {
  planFor(request: ProcessRequest): LaunchPlan;
  /** A process for an environment: the function's spare, or one that is not started yet. */
  obtain(request: ProcessRequest, plan: LaunchPlan): Sandbox;
  /** Starts a process, or lets one go on that is held. Resolves when it is ready or has failed to be. */
  start(sandbox: Sandbox): Promise<void>;
  /** Starts a spare for the function, if it can have one and has none. */
  keepSpare(request: ProcessRequest): void;
  dropSpare(functionId: string): void;
  /** Lets debuggers of the function reach this process, unless they are busy with another one. */
  show(sandbox: Sandbox): void;
  stop(sandbox: Sandbox): void;
  /** Whether it was stopped from here, so that its end says nothing of its code. */
  isStopped(sandbox: Sandbox): boolean;
  /** Ends everything; resolves when no process is left. */
  dispose(): Promise<void>;
}

export function createProcessPool(options: ProcessPoolOptions): ProcessPool {
  const { inspectors, onEvent } = options;
  const stopping = new Set<Promise<void>>();
  const alive = new Set<Sandbox>();
  /** Told once for each function and set of names. */
  const toldWithheld = new Set<string>();
  let disposed = false;

  const stop = (sandbox: Sandbox): void => {
    alive.delete(sandbox);
    hide(sandbox);
    // What cannot be ended here is ended by the reaper when this process ends.
    const settled = sandbox.environment
      .stop()
      .catch(() => undefined)
      .finally(() => stopping.delete(settled));
    stopping.add(settled);
  };
  const spares = createSpares({ limit: options.maxSpares, stop });
  const targets = new WeakMap<Sandbox, { readonly url: string }>();

  /** Aims the function's address at a process that can be reached. */
  const show = (sandbox: Sandbox): void => {
    const { inspectorUrl, fn } = sandbox;
    if (inspectors === undefined || inspectorUrl === undefined || !alive.has(sandbox) || sandbox.generation === 0)
      return;
    const shown = inspectors.target(fn.id);
    const other = [...alive].find((each) => each !== sandbox && targets.get(each) === shown);
    if (shown !== undefined && other !== undefined && options.isServing(other)) return;
    let target = targets.get(sandbox);
    if (target?.url !== inspectorUrl) {
      target = { url: inspectorUrl };
      targets.set(sandbox, target);
    }
    inspectors.aim(fn.id, target);
  };
  const hide = (sandbox: Sandbox): void => {
    const target = targets.get(sandbox);
    if (target !== undefined && inspectors?.target(sandbox.fn.id) === target) inspectors.aim(sandbox.fn.id, undefined);
    targets.delete(sandbox);
  };
  const eventsOf = (functionId: string): SandboxEvents => ({
    inspection: inspectors === undefined ? 'none' : options.brk ? 'awaited' : 'offered',
    started: (environmentId, { pid, generation }) => {
      if (pid !== undefined) onEvent({ type: 'process-started', functionId, environmentId, pid, generation });
    },
    exited: (sandbox) => {
      hide(sandbox);
      if (sandbox.generation === 0) spares.drop(sandbox);
    },
    output: (environmentId, line) => onEvent({ type: 'output', functionId, environmentId, line }),
    loaded: options.onLoaded,
    inspector: show,
    isAttached: (sandbox) => {
      const target = targets.get(sandbox);
      return target !== undefined && inspectors?.isAttached(functionId, target) === true;
    },
    overdue: options.onOverdue,
  });
  const make = (fn: FunctionSpec, plan: LaunchPlan): Sandbox => {
    const sandbox = createSandbox({ fn, plan, events: eventsOf(fn.id) });
    alive.add(sandbox);
    return sandbox;
  };
  const tellWithheld = (functionId: string, names: readonly string[]): void => {
    const key = `${functionId}\n${names.join('\n')}`;
    if (names.length === 0 || toldWithheld.has(key)) return;
    toldWithheld.add(key);
    onEvent({ type: 'withheld', functionId, names });
  };
  const planFor = (request: ProcessRequest): LaunchPlan => {
    const { fn, variables, credentials, launch } = request;
    const { laptop, platform } = options;
    // With an address of our own a debugger attaches there, and whether it did is known.
    const passDebugger = launch.control === true && inspectors === undefined;
    const environment = functionEnvironment({ laptop, cloud: variables, credentials, fn, platform, passDebugger });
    tellWithheld(fn.id, environment.withheld);
    const plan = createLaunchPlan(launch, environment);
    return inspectors === undefined ? plan : inspectedPlan(plan, { brk: options.brk });
  };

  return {
    planFor,
    obtain({ environmentId, fn, generation }, plan) {
      const sandbox = spares.take(fn.id, plan) ?? make(fn, plan);
      sandbox.adopt({ environmentId, generation, plan });
      return sandbox;
    },
    // An event that ends with everything else may leave a place that is out of date.
    start: (sandbox) => (disposed ? Promise.resolve() : startInTurn(sandbox, options.limiter)),
    keepSpare(request) {
      if (disposed || options.maxSpares === 0 || request.launch.control !== true) return;
      const plan = planFor(request);
      if (spares.has(request.fn.id, plan)) return;
      const sandbox = make(request.fn, plan);
      spares.put(request.fn.id, sandbox);
      void holdInTurn(sandbox, options.limiter).then(() => {
        const { pid, environment } = sandbox;
        if (environment.isHeld && pid !== undefined) onEvent({ type: 'spare-waiting', functionId: request.fn.id, pid });
      });
    },
    dropSpare: spares.dropAllOf,
    show,
    stop,
    isStopped: (sandbox) => !alive.has(sandbox),
    async dispose() {
      disposed = true;
      spares.dropAll();
      for (const sandbox of [...alive]) stop(sandbox);
      await Promise.all(stopping);
    },
  };
}
