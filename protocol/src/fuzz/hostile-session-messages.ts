import type { SessionMessageKind } from '../messages.ts';
import { encodeChannelEvent } from '../wire/channel-event.ts';
import { encodeHandOver, encodeTakeOver, encodeTunnelHere } from '../wire/session-message.ts';
import { mutated } from './hostile-bytes.ts';
import type { Random } from './random.ts';

const kinds: readonly SessionMessageKind[] = ['tunnel-here', 'take-over', 'hand-over'];

/** What an enemy on the session's channel says to its tunnels: to one that asks nothing of a signature, or to none. */
export function hostileSessionMessage(random: Random, instance: Uint8Array): Uint8Array {
  const tunnelInstance = random.oneIn(2) ? instance : random.bytes(16);
  if (random.oneIn(4)) return encodeChannelEvent({ kind: 'probe', tunnelInstance, nonce: random.bytes(16) });
  const kind = random.pick(kinds);
  const written = bodyOf(kind, random, instance);
  const body = random.oneIn(4) ? mutated(written, random) : written;
  return encodeChannelEvent({
    kind,
    signed: { body, signature: random.bytes(random.oneIn(4) ? random.size(100) : 64) },
  });
}

function bodyOf(kind: SessionMessageKind, random: Random, instance: Uint8Array): Uint8Array {
  const tunnelInstance = random.oneIn(8) ? instance : random.bytes(16);
  const identityKey = random.oneIn(2) ? new Uint8Array(0) : random.bytes(32);
  const owner = 'bob'.repeat(random.oneIn(30) ? random.size(20_000) : 1);
  const meant = random.oneIn(4) ? random.bytes(16) : instance;
  const number = () => random.size(2 ** 32 - 1);
  switch (kind) {
    case 'tunnel-here':
      return encodeTunnelHere({ tunnelInstance, ageMs: number(), identityKey, owner });
    case 'take-over': {
      const place = { app: random.oneIn(8) ? 'x' : 'shop', session: random.oneIn(8) ? 'x' : 's' };
      return encodeTakeOver({ tunnelInstance, holderInstance: meant, identityKey, owner, ...place });
    }
    default: {
      const unfinished = Array.from({ length: random.size(100) }, () => ({ functionPath: owner, runningMs: number() }));
      const counts = { finished: number(), unfinishedCount: number(), unfinished, ended: random.oneIn(3) };
      return encodeHandOver({ tunnelInstance, toInstance: meant, identityKey, ...counts });
    }
  }
}
