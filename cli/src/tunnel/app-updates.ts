import type { Executor } from '@live-lambda/runner';
import type { DeployedApi, FoundApis } from '../functions/deployment.ts';
import type { LiveApp, LocalFunction } from '../functions/live-functions.ts';
import type { Host, LiveFunctionSummary } from '../host.ts';
import type { UserError } from '../user-error.ts';
import type { ApiConnections } from './api-connections.ts';
import { appChanges } from './app-changes.ts';

export interface AppUpdatesOptions {
  /** What is served already. */
  readonly current: LiveApp;
  readonly host: Host;
  readonly findApis: (functions: readonly LocalFunction[]) => Promise<FoundApis>;
  readonly connections: Pick<ApiConnections, 'follow'>;
  readonly executor: Pick<Executor, 'update'>;
  /** The app is this one from now on. */
  readonly take: (live: LiveApp) => void;
  /** @throws UserError where a function's runner is not there */
  readonly summaries: (
    functions: readonly LocalFunction[],
    apis: readonly DeployedApi[],
  ) => readonly LiveFunctionSummary[];
  /** Stacks that were not found at the start: they are told, and looked for again. */
  readonly faults?: FoundApis['faults'];
  /** What there is to be warned of in an app. */
  readonly warnings: (live: LiveApp) => readonly string[];
}

/** Takes an app over that was synthesized anew while the tunnel runs. */
export interface AppUpdates {
  changed(live: LiveApp): void;
  /** A synth left something that cannot be used. */
  broken(error: UserError): void;
  close(): void;
}

/** A stack is synthesized before it is deployed: how long until one that was not found is looked for again. */
const lookAgainMs = 2000;

export function createAppUpdates(options: AppUpdatesOptions): AppUpdates {
  const { host, connections, executor } = options;
  /** As it was synthesized last, and as it is served. */
  let current = options.current;
  let served = current;
  let closed = false;
  let again: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  let told = new Set(options.warnings(current));
  const warn = (text: string) => host.notify({ type: 'note', level: 'warning', text });

  /** One after the other; what was overtaken by a later synth is left out. */
  function schedule(live: LiveApp, task: () => Promise<void>): void {
    work = work
      .then(async () => {
        if (!closed && live === current) await task();
      })
      .catch((error: unknown) => {
        warn(
          `The app as it was synthesized could not be taken over: ${error instanceof Error ? error.message : error}`,
        );
      });
  }

  async function takeOver(live: LiveApp): Promise<void> {
    const changes = appChanges(served, live);
    served = live;
    options.take(live);
    const found = await options.findApis(live.functions);
    if (closed) return;
    // In this order: once the executor has given a function up, no connection may hand it in any more.
    const [refused] = await Promise.all([
      connections.follow(found, live),
      executor.update(live.functions.map(({ spec }) => spec)),
    ]);
    if (closed) return;
    const { app, session } = live;
    const functions = options.summaries(live.functions, found.apis);
    host.notify({ type: 'app-changed', app, session, functions, ...changes });
    const warnings = options.warnings(live);
    for (const text of warnings) if (!told.has(text)) warn(text);
    told = new Set(warnings);
    tellAndLookAgain(live, [...found.faults.map(({ error }) => error), ...refused]);
  }

  async function lookAgain(live: LiveApp): Promise<void> {
    const found = await options.findApis(live.functions);
    const refused = await connections.follow(found, live);
    tellAndLookAgain(live, [...found.faults.map(({ error }) => error), ...refused]);
  }

  function tellAndLookAgain(live: LiveApp, errors: readonly UserError[]): void {
    if (closed || errors.length === 0 || live !== current) return;
    for (const { message } of errors) {
      if (!told.has(message)) warn(`${message} It is tried again every ${lookAgainMs / 1000} s.`);
      told.add(message);
    }
    again = setTimeout(() => schedule(live, () => lookAgain(live)), lookAgainMs);
  }

  tellAndLookAgain(
    current,
    (options.faults ?? []).map(({ error }) => error),
  );
  return {
    changed(live) {
      clearTimeout(again);
      current = live;
      schedule(live, () => takeOver(live));
    },
    broken({ message, hint }) {
      warn(`${message} What was live stays as it was. ${hint}`);
    },
    close() {
      closed = true;
      clearTimeout(again);
    },
  };
}
