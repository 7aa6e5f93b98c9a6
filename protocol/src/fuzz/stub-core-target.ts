import { ChannelError } from '../channel.ts';
import { createEphemeralKey, deriveKeys, hashHello } from '../handshake.ts';
import { createStubCore, type StubCore } from '../link/stub-core.ts';
import type { StubEffect } from '../link/stub-state.ts';
import type { Welcome } from '../messages.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeWelcome } from '../wire/channel-event.ts';
import { demandSane } from './core-rules.ts';
import { createEnemy, type Enemy } from './enemy.ts';
import { mutated } from './hostile-bytes.ts';
import { hostileMessage } from './hostile-messages.ts';
import type { Frame, Target, TargetOptions } from './target.ts';

const facts = { runtime: 'nodejs22.x', memoryMb: 128, architecture: 'x86_64', initializationType: 'on-demand' };

/** The stub's core, talking to a tunnel that has its keys and no manners. */
export function stubCoreTarget(options: TargetOptions): Target {
  const { random } = options;
  const environmentId = random.bytes(16);
  let core: StubCore;
  let nowMs = 0;
  let busy = false;
  let hello: Uint8Array | undefined;
  let enemy: Enemy | undefined;
  /** Opens what the stub says, to learn ids. */
  let ear: SealedSession | undefined;
  let waiting: Uint8Array[] = [];
  let known = { invocationId: random.bytes(16), tunnelInstance: random.bytes(16), lastMessage: 1 };

  function renew(): void {
    core = createStubCore({
      identity: {
        ...{ apiHost: 'h', region: 'r', app: 'shop', session: 'default', functionName: 'f', functionPath: 'F' },
        ...{ environmentId, release: '0' },
      },
      codecs: ['deflate', 'none'],
      attachment: () => ({
        variables: {},
        credentials: { accessKeyId: random.pick(['A', 'B']), secretAccessKey: 's', sessionToken: 't' },
        facts,
      }),
      // Believes those that sign with the key of zeros, and so fills its list of strangers.
      trust: random.oneIn(2)
        ? undefined
        : { trusts: (key) => key[0] === 0, verify: () => true, fingerprint: (key) => Buffer.from(key).toString('hex') },
      random: random.bytes,
    });
    nowMs = 0;
    busy = false;
    enemy = undefined;
    hello = undefined;
    waiting = [];
    done(core.subscribed(nowMs));
  }

  /** Takes note of what the stub says, and holds it to the rules. */
  function done(effects: readonly StubEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'settle') busy = false;
      if (effect.type === 'publish') effect.events.forEach(overhear);
    }
    demandSane(effects, { nextTickMs: core.nextTickMs(), nowMs });
  }

  function overhear(bytes: Uint8Array): void {
    const event = decodeChannelEvent(bytes);
    if (event.kind === 'hello') hello = event.bytes;
    if (event.kind !== 'frame' || !ear) return;
    const opened = ear.open(event.frame, nowMs);
    if (opened.state === 'message' && opened.message.kind === 'invoke')
      known = { ...opened.message, lastMessage: event.frame.header.message };
  }

  function welcome(to: Uint8Array): Uint8Array {
    const own = createEphemeralKey(random.bytes(32));
    const said: Welcome = {
      version: random.oneIn(8) ? random.below(4) : 1,
      codec: random.pick(['none', 'deflate']),
      tunnelInstance: random.oneIn(2) ? known.tunnelInstance : random.bytes(16),
      aloneForMs: random.size(2 ** 32 - 1),
      ephemeralKey: random.oneIn(12) ? new Uint8Array(32) : own.publicKey,
      identityKey: random.oneIn(2) ? new Uint8Array(32) : random.bytes(32),
      helloHash: random.oneIn(12) ? random.bytes(32) : hashHello(to),
      refusal: random.oneIn(12) ? { reason: 'version', text: 'x'.repeat(random.size(1000)) } : undefined,
      release: '0',
    };
    const body = encodeWelcome(said);
    const event = decodeChannelEvent(encodeChannelEvent({ kind: 'hello', bytes: to }));
    if (event.kind === 'hello') {
      const keys = deriveKeys({ own, theirs: event.hello.ephemeralKey, hello: to, welcome: body });
      enemy = createEnemy({ random, key: keys.toStub, keyId: keys.keyId, direction: 'to-stub', environmentId });
      ear = createSealedSession({ side: 'tunnel', version: 1, environmentId, codec: said.codec, keys });
      waiting = [];
    }
    return encodeChannelEvent({ kind: 'welcome', signed: { body, signature: random.bytes(64) } });
  }

  function received(bytes: Uint8Array): Frame {
    return { bytes, feed: () => done(core.receive(bytes, nowMs)) };
  }

  function happening(run: () => readonly StubEffect[]): Frame {
    return { bytes: new Uint8Array(0), feed: () => done(run()) };
  }

  function invoked(): Frame {
    busy = true;
    const event = random.bytes(random.oneIn(100) ? 400_000 : random.size(2000));
    const deadlineMs = nowMs + random.pick([100, 3000, 30_000, 900_000]);
    return happening(() => core.invoke({ headers: { id: '1' }, event, deadlineMs }, nowMs));
  }

  renew();
  return {
    name: 'stub core',
    next() {
      if (random.oneIn(500)) renew();
      nowMs += random.oneIn(10) ? random.size(10_000) : random.below(5);
      if (!busy && random.oneIn(3)) return invoked();
      if (hello && (!enemy || random.oneIn(15))) return received(welcome(hello));
      switch (random.below(14)) {
        case 0:
          return received(mutated(random.pick(options.events), random));
        case 1:
          return happening(() => core.tick(nowMs));
        case 2:
          return happening(() => core.uploaded(nowMs));
        case 3:
          return happening(() => core.streamTaken(random.size(10_000), nowMs));
        case 4:
          return happening(() =>
            core.channelChanged(
              random.oneIn(3) ? new ChannelError(random.pick(['unreachable', 'refused']), 'gone') : undefined,
              nowMs,
            ),
          );
        case 5:
          return happening(() => core.reconnected(nowMs));
        default:
          if (waiting.length === 0) waiting = [...(enemy?.seal(hostileMessage(options, known)) ?? [])];
          return received(waiting.shift() ?? random.bytes(random.size(100)));
      }
    },
  };
}
