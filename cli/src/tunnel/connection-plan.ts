import type { DeployedApi, FoundApis } from '../functions/deployment.ts';
import type { LocalFunction } from '../functions/live-functions.ts';

/** A connection that is open. */
export interface OpenConnection {
  readonly key: string;
  /** Names of the stacks whose functions call over it. */
  readonly stacks: readonly string[];
}

/** What is to become of the connections of a tunnel. */
export interface ConnectionPlan {
  readonly open: readonly { readonly key: string; readonly api: DeployedApi }[];
  readonly keep: readonly {
    readonly key: string;
    readonly stacks: readonly string[];
    readonly functions: readonly LocalFunction[];
  }[];
  readonly close: readonly string[];
}

/** Who the tunnel is on an API. Under another name of app or session it listens on other channels. */
export interface Place {
  readonly app: string;
  readonly session: string;
}

/**
 * Which connections to open, keep and close, for what was found of an app. A connection stays as long as the API of one of
 * its stacks could not be looked up: nothing says that it is gone.
 */
export function planConnections(
  current: readonly OpenConnection[],
  { apis, faults }: FoundApis,
  place: Place,
): ConnectionPlan {
  const wanted = new Map(apis.map((api) => [connectionKey(api, place), api]));
  const known = new Set(current.map(({ key }) => key));
  const kept = current.flatMap(({ key, stacks }) => {
    const parts = [wanted.get(key) ?? [], faults.filter(({ stack }) => stacks.includes(stack))].flat();
    if (parts.length === 0) return [];
    const names = parts.flatMap((part) => ('stack' in part ? part.stack : part.stacks));
    return { key, stacks: [...new Set(names)], functions: parts.flatMap(({ functions }) => functions) };
  });
  const keptKeys = new Set(kept.map(({ key }) => key));
  return {
    open: [...wanted].flatMap(([key, api]) => (known.has(key) ? [] : [{ key, api }])),
    keep: kept,
    close: [...known].filter((key) => !keptKeys.has(key)),
  };
}

function connectionKey({ endpoint, namespaces }: DeployedApi, { app, session }: Place): string {
  return JSON.stringify([endpoint, namespaces, app, session]);
}
