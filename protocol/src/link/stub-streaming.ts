import type { Message } from '../messages.ts';
import { createStreamReceiver, type Received } from './stream.ts';
import type { Current, StubEffect } from './stub-state.ts';

/** Puts a chunk into the stream of the invocation. @returns what the caller gets of it now, and the end if it is that */
export function receiveChunk(
  waiting: Current,
  message: Extract<Message, { kind: 'stream-chunk' }>,
): { readonly effects: readonly StubEffect[]; readonly end: Received['end'] } {
  waiting.stream ??= { receiver: createStreamReceiver(), headers: undefined, started: false };
  const { stream } = waiting;
  if (message.offset === 0) stream.headers ??= message.headers;
  const { data, end } = stream.receiver.chunk(message);
  const effects: StubEffect[] = [];
  if (!stream.started && (data.length > 0 || end)) {
    stream.started = true;
    effects.push({ type: 'stream-start', headers: stream.headers ?? {} });
  }
  for (const part of data) effects.push({ type: 'stream-data', data: part });
  return { effects, end };
}
