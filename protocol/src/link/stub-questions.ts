import type { Message } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';
import type { Current } from './stub-state.ts';
import { remainingMs } from './stub-waiting.ts';

/** Events that are sent again unasked: more than one publish holds is asked for first. */
const maxBlindEvents = 3;

/** How the invocation stands, what of the answer is missing, and the invocation itself once more where it is small. */
export function questionEvents(waiting: Current, session: SealedSession, nowMs: number): readonly Uint8Array[] {
  const [first, ...others] = session.incomplete();
  const question = (gap: typeof first, ask: boolean): Message => ({
    kind: 'progress',
    message: gap?.message ?? 0,
    missing: gap?.missing ?? [],
    invocationId: waiting.id,
    ask,
    remainingMs: remainingMs(waiting.invocation, nowMs),
    aboutMessage: waiting.outbox?.number ?? 0,
  });
  const small = waiting.state === 'sent' && (waiting.outbox?.events.length ?? 0) <= maxBlindEvents;
  return [
    ...creditEvents(waiting, session, true),
    ...(small ? (waiting.outbox?.events ?? []) : []),
    ...session.seal(question(first, true)).events,
    ...others.flatMap((gap) => session.seal(question(gap, false)).events),
  ];
}

/** How far a stream may go, if it is time to say so; always with `asked`. */
export function creditEvents(waiting: Current, session: SealedSession, asked: boolean): readonly Uint8Array[] {
  const credit = waiting.stream?.receiver.credit(asked);
  return credit ? session.seal({ kind: 'stream-credit', invocationId: waiting.id, ...credit }).events : [];
}
