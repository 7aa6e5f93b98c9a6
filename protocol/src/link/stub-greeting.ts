import { createEphemeralKey, deriveKeys, hashHello } from '../handshake.ts';
import type { Codec, Signed, Welcome } from '../messages.ts';
import { createSealedSession } from '../sealed-session.ts';
import { maxVersion, minVersion } from '../versions.ts';
import { encodeHello } from '../wire/channel-event.ts';
import { idBytes, keyBytes } from '../wire/fields.ts';
import { same } from './identifiers.ts';
import type { Attached, Greeting, StubIdentity } from './stub-state.ts';
import { judgeWelcome, type TunnelTrust } from './trust.ts';

/** Keys that the error names when strangers alone answered: whoever may publish could make up any number. */
const maxNamedStrangers = 3;

export interface GreeterOptions {
  readonly identity: StubIdentity;
  readonly codecs: readonly Codec[];
  /** Which tunnels are believed; without it, whoever IAM lets publish. */
  readonly trust: TunnelTrust | undefined;
  /** @returns so many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** What a Welcome means. */
export type Judgement =
  | { readonly type: 'dropped'; readonly reason: string }
  /** The tunnel does not serve this function; its sentence for people. */
  | { readonly type: 'refused'; readonly text: string }
  | { readonly type: 'attached'; readonly tunnel: Attached };

/** The stub's half of the handshake. */
export interface Greeter {
  /** A Hello with a key of its own. */
  greeting(): Greeting;
  judge(greeting: Greeting, welcome: Welcome, signed: Signed, nowMs: number): Judgement;
  /** Who answered the last Hello and was not believed, for people; empty if nobody. */
  strangers(): string;
}

export function createGreeter({ identity, codecs, trust, random }: GreeterOptions): Greeter {
  let strangers = new Set<string>();

  function noteStranger(name: string): void {
    if (!strangers.has(name)) strangers.add(strangers.size < maxNamedStrangers ? name : 'and others');
  }

  function attach(greeting: Greeting, welcome: Welcome, signed: Signed, nowMs: number): Attached {
    const { environmentId } = identity;
    const { version, codec } = welcome;
    const keys = deriveKeys({
      own: greeting.key,
      theirs: welcome.ephemeralKey,
      hello: greeting.bytes,
      welcome: signed.body,
    });
    const session = createSealedSession({ side: 'stub', version, environmentId, codec, keys });
    return { name: 'attached', session, instance: welcome.tunnelInstance, heardSealed: false, heardMs: nowMs };
  }

  return {
    greeting() {
      const key = createEphemeralKey(random(keyBytes));
      const nonce = random(idBytes);
      const bytes = encodeHello({ ...identity, minVersion, maxVersion, codecs, ephemeralKey: key.publicKey, nonce });
      strangers = new Set();
      return { bytes, hash: hashHello(bytes), key };
    },
    judge(greeting, welcome, signed, nowMs) {
      if (!same(welcome.helloHash, greeting.hash)) return { type: 'dropped', reason: 'a Welcome for another Hello' };
      const verdict = judgeWelcome(trust, greeting.bytes, welcome, signed);
      if (verdict === 'unproved') return { type: 'dropped', reason: 'a Welcome whose signature is not by its key' };
      if (verdict === 'stranger') {
        if (trust) noteStranger(welcome.identityKey.length > 0 ? trust.fingerprint(welcome.identityKey) : 'none');
        return { type: 'dropped', reason: 'a Welcome by a key that this function does not trust' };
      }
      if (welcome.refusal) return { type: 'refused', text: welcome.refusal.text };
      if (welcome.version < minVersion || welcome.version > maxVersion)
        return { type: 'dropped', reason: `a Welcome with version ${welcome.version}` };
      return { type: 'attached', tunnel: attach(greeting, welcome, signed, nowMs) };
    },
    strangers: () =>
      strangers.size > 0
        ? `a tunnel answered with a key that this function does not trust: ${[...strangers].join(', ')}`
        : '',
  };
}
