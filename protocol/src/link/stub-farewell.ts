import type { Goodbye, Welcome } from '../messages.ts';
import { same } from './identifiers.ts';
import type { Current } from './stub-state.ts';

/**
 * What a Goodbye says of the invocation at hand: `not-started`, and never will be; `started`, and no result will come;
 * `answered`, and the result is on its way or lost; `untold`, as by tunnels that do not say so.
 */
export type Fate = 'not-started' | 'started' | 'answered' | 'untold';

/** @param from instance of the tunnel that said it */
export function fateOf({ id, published }: Current, { final }: Goodbye, from: Uint8Array): Fate {
  if (!final || !published || !same(published.instance, from)) return 'untold';
  const names = (ids: readonly Uint8Array[]) => ids.some((each) => same(each, id));
  if (names(final.answered)) return 'answered';
  return names(final.started) ? 'started' : 'not-started';
}

/**
 * Whether a tunnel may be sent what another one was sent: only where that one cannot have started it, since this one has
 * been alone since before. Whose predecessor was heard of after that was not alone, and does not know it.
 * @param heardMs when the other one was heard of last
 */
export function mayTake(
  { published, isBarred }: Current,
  { tunnelInstance, aloneForMs }: Welcome,
  { nowMs, heardMs }: { readonly nowMs: number; readonly heardMs: number },
): boolean {
  if (!published || same(published.instance, tunnelInstance)) return true;
  const aloneSinceMs = nowMs - aloneForMs;
  return !isBarred && aloneSinceMs < published.atMs && heardMs <= aloneSinceMs;
}
