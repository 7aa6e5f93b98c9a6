import { CI_CONTEXT_KEY } from './continuous-integration.ts';
import { TIMEOUT_CONTEXT_KEY } from './debug-timeout.ts';
import { DOOR_CONTEXT_KEY } from './live-door.ts';
import { MODE_CONTEXT_KEY } from './live-mode.ts';
import { nearMisses } from './near-miss.ts';
import { CONTEXT_KEY } from './selection.ts';
import { SESSION_CONTEXT_KEY } from './session-name.ts';

const PREFIX = `${CONTEXT_KEY}-`;
/** Everything that the context can say besides which functions are live. */
const SETTINGS: readonly string[] = [
  CI_CONTEXT_KEY,
  DOOR_CONTEXT_KEY,
  MODE_CONTEXT_KEY,
  SESSION_CONTEXT_KEY,
  TIMEOUT_CONTEXT_KEY,
];

/**
 * Refuses settings that there are not: a mistyped one must not silently do nothing.
 *
 * @throws Error that names what may have been meant
 */
export function refuseUnknownSettings(context: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(context).find((key) => key.startsWith(PREFIX) && !SETTINGS.includes(key));
  if (unknown === undefined) return;
  // They all begin alike, which is no likeness.
  const near = nearMisses(ownPart(unknown), SETTINGS.map(ownPart)).map((part) => `${PREFIX}${part}`);
  throw new Error(
    `live-lambda: there is no setting ${unknown}. ` +
      (near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are ${SETTINGS.join(', ')}.`),
  );
}

function ownPart(key: string): string {
  return key.slice(PREFIX.length);
}
