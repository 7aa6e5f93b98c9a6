import type { LiveApp } from '../functions/live-functions.ts';

/** Ids of the functions in which two states of an app differ. */
export interface AppChanges {
  readonly added: readonly string[];
  /** Live in both, and described in another way. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export function appChanges(before: LiveApp, after: LiveApp): AppChanges {
  const [old, now] = [describedById(before), describedById(after)];
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    changed: [...now].flatMap(([id, text]) => (old.has(id) && old.get(id) !== text ? [id] : [])),
    removed: [...old.keys()].filter((id) => !now.has(id)),
  };
}

/** They are plain data, made by the same code each time. */
function describedById({ functions }: LiveApp): ReadonlyMap<string, string> {
  return new Map(functions.map((fn) => [fn.spec.id, JSON.stringify(fn)]));
}
