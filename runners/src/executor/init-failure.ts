import type { InitFailure } from '../runtime-api/machine.ts';
import { exitOutcome } from '../runtime-api/outcomes.ts';
import { messageOf } from './runner-failure.ts';

/** Why a process could not load its function's code, for the developer. */
export function describeInitFailure(failure: InitFailure): string {
  if (failure.type === 'ended') return `Its process ended while it loaded: ${messageOf(exitOutcome('', failure.end))}`;
  const message = messageOf(failure.outcome);
  const place = placeOf(failure.outcome.body);
  return place === undefined || message.includes(place) ? message : `${place}: ${message}`;
}

/** Where the newer runtime says that a syntax error is: in the first line of the trace, which is no message then. */
function placeOf(body: Uint8Array): string | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof parsed !== 'object' || parsed === null || !('trace' in parsed) || !Array.isArray(parsed.trace)) return;
    const first: unknown = parsed.trace[0];
    return typeof first === 'string' && /^(file:\/\/)?\S*[\\/]\S+:\d+$/.test(first) ? first : undefined;
  } catch {
    return undefined;
  }
}
