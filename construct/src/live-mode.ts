import type { DescribedFunction } from './generated/manifest.ts';

/** `replace`: the stub is deployed in place of the app's code; `fallback`: beside it. */
export type LiveMode = DescribedFunction['mode'];

/** Says for the functions of which the code says nothing how they are live. */
export const MODE_CONTEXT_KEY = 'live-lambda-mode';

/**
 * Reads how the functions of an app are live: as the context says, else as the options do.
 *
 * @throws Error if the context names no mode
 */
export function parseMode(context: Readonly<Record<string, unknown>>, given: LiveMode = 'replace'): LiveMode {
  if (!(MODE_CONTEXT_KEY in context)) return given;
  const value = context[MODE_CONTEXT_KEY];
  if (value === 'replace' || value === 'fallback') return value;
  throw new Error(
    `live-lambda: the context value ${MODE_CONTEXT_KEY}=${JSON.stringify(value)} is neither replace nor fallback.`,
  );
}
