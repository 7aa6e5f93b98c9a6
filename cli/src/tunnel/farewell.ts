import type { LiveApp } from '../functions/live-functions.ts';
import type { SessionSharing } from './session-sharing.ts';

const untilThen = 'until a tunnel runs again or the app is deployed without live mode';

/**
 * What becomes of invocations when the tunnel has left, for the developer who stops it.
 * @param others whose tunnels were asked for the session and have not ended yet, and whose take this one's
 */
export function farewell(
  live: Pick<LiveApp, 'functions'>,
  { asked, successors }: Pick<SessionSharing, 'asked' | 'successors'>,
): string {
  if (successors.length > 0)
    return `The tunnel of ${successors.join(' and ')} takes what comes now, as long as it runs.`;
  const after = afterwards(live);
  if (asked.length === 0) return after;
  return `The tunnel of ${asked.join(' and ')} was asked for the session, and goes on to end. ${after}`;
}

function afterwards({ functions }: Pick<LiveApp, 'functions'>): string {
  const isFallback = functions.map(({ described }) => described.mode === 'fallback');
  if (!isFallback.includes(true)) return `The stubs now answer with an error that says so, ${untilThen}.`;
  if (!isFallback.includes(false)) return `The functions now run as they are deployed, ${untilThen}.`;
  const ids = functions.filter(({ described }) => described.mode === 'fallback').map(({ spec }) => spec.id);
  return `The stubs now answer with an error that says so, and ${ids.join(', ')} as deployed, ${untilThen}.`;
}
