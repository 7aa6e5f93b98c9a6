import type { DescribedFunction } from './generated/manifest.ts';

/** `runtime`: the stub is started in the runtime's place; `handler`: the runtime calls it as it would the app's own code. */
export type LiveDoor = DescribedFunction['door'];

/** Says for the functions of which the code says nothing how their stub is reached. */
export const DOOR_CONTEXT_KEY = 'live-lambda-door';

/**
 * Reads how the stubs of an app are reached: as the context says, else as the options do.
 *
 * @throws Error if the context names no door
 */
export function parseDoor(context: Readonly<Record<string, unknown>>, given: LiveDoor = 'runtime'): LiveDoor {
  if (!(DOOR_CONTEXT_KEY in context)) return given;
  const value = context[DOOR_CONTEXT_KEY];
  if (value === 'runtime' || value === 'handler') return value;
  throw new Error(
    `live-lambda: the context value ${DOOR_CONTEXT_KEY}=${JSON.stringify(value)} is neither runtime nor handler.`,
  );
}
