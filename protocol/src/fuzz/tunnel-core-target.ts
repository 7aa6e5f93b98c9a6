import { createEphemeralKey, deriveKeys } from '../handshake.ts';
import type { Claim } from '../link/remote-environment.ts';
import { createTunnelCore, type TunnelCore, type TunnelEffect } from '../link/tunnel-core.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeHello } from '../wire/channel-event.ts';
import { demandSane } from './core-rules.ts';
import { createEnemy, type Enemy } from './enemy.ts';
import { mutated } from './hostile-bytes.ts';
import { hostileMessage } from './hostile-messages.ts';
import { hostileSessionMessage } from './hostile-session-messages.ts';
import type { Frame, Target, TargetOptions } from './target.ts';

const trustsNobody = { trusts: () => false, verify: () => true, fingerprint: () => '' };

/** Stubs that an enemy plays at once. */
const maxStubs = 20;

/** An environment as its enemy knows it. */
interface Stub {
  readonly environmentId: Uint8Array;
  /** The Hello that waits for its Welcome, and the key it carries. */
  asked: { readonly hello: Uint8Array; readonly key: ReturnType<typeof createEphemeralKey> } | undefined;
  enemy: Enemy | undefined;
  waiting: Uint8Array[];
}

/**
 * The tunnel's core, beset by stubs that have their keys and no manners.
 * @param renewEvery the core starts anew once in so many frames; without it, it has to bear all of them.
 */
export function tunnelCoreTarget(options: TargetOptions, renewEvery: number | undefined): Target {
  const { random } = options;
  const instance = random.bytes(16);
  const known = { invocationId: random.bytes(16), tunnelInstance: instance, lastMessage: 1 };
  let core: TunnelCore;
  let nowMs = 0;
  let stubs: Stub[] = [];
  let claims: { readonly environmentId: string; readonly claim: Claim }[] = [];
  let running: { readonly environmentId: string; readonly invocationId: string }[] = [];

  function renew(): void {
    core = createTunnelCore({
      ...{ instance, app: 'shop', session: 's', release: '0', codecs: ['deflate', 'none'], owner: 'ann@laptop' },
      ...{ identity: undefined },
      // One that has handed its session over would have little left to do.
      trust: renewEvery === undefined ? trustsNobody : undefined,
      random: random.bytes,
      admit: ({ functionName }) =>
        functionName === 'other' ? { reason: 'unknown-function', text: 'not here' } : undefined,
    });
    nowMs = 0;
    stubs = [];
    claims = [];
    running = [];
  }

  function done(effects: readonly TunnelEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'check') claims.push({ environmentId: effect.environment.id, claim: effect.claim });
      if (effect.type === 'invoke') {
        const { environment, invocationId } = effect.invocation;
        running.push({ environmentId: environment.id, invocationId });
        known.invocationId = Buffer.from(invocationId, 'hex');
      }
      if (effect.type === 'publish') effect.events.forEach(overhear);
    }
    claims = claims.slice(-50);
    running = running.slice(-50);
    demandSane(effects, { nextTickMs: core.nextTickMs(), nowMs });
  }

  /** A Welcome gives a stub its keys. */
  function overhear(bytes: Uint8Array): void {
    const event = decodeChannelEvent(bytes);
    if (event.kind === 'frame') known.lastMessage = event.frame.header.message;
    if (event.kind !== 'welcome' || event.welcome.refusal) return;
    for (const stub of stubs) {
      if (!stub.asked) continue;
      const { hello, key } = stub.asked;
      const keys = deriveKeys({ own: key, theirs: event.welcome.ephemeralKey, hello, welcome: event.signed.body });
      const { environmentId } = stub;
      stub.enemy = createEnemy({
        random,
        key: keys.toTunnel,
        keyId: keys.keyId,
        direction: 'to-tunnel',
        environmentId,
      });
      stub.asked = undefined;
      stub.waiting = [];
    }
  }

  function hello(stub: Stub): Uint8Array {
    const key = createEphemeralKey(random.bytes(32));
    const text = (usual: string) => (random.oneIn(30) ? usual.repeat(random.size(20_000)) : usual);
    const bytes = encodeHello({
      minVersion: random.oneIn(20) ? 2 : 1,
      maxVersion: random.oneIn(20) ? 0 : 1,
      codecs: random.oneIn(100) ? Array(random.size(20_000)).fill('deflate') : ['deflate'],
      ...{ apiHost: text('h'), region: text('r'), app: text('shop'), session: text('s'), functionPath: text('F') },
      functionName: random.oneIn(20) ? 'other' : text('f'),
      environmentId: stub.environmentId,
      ephemeralKey: random.oneIn(20) ? new Uint8Array(32) : key.publicKey,
      nonce: random.bytes(16),
      release: '0',
    });
    for (const other of stubs) other.asked = undefined;
    stub.asked = { hello: bytes, key };
    return encodeChannelEvent({ kind: 'hello', bytes });
  }

  function received(bytes: Uint8Array): Frame {
    return { bytes, feed: () => done(core.receive(bytes, nowMs)) };
  }

  function happening(run: () => readonly TunnelEffect[]): Frame {
    return { bytes: new Uint8Array(0), feed: () => done(run()) };
  }

  function someStub(): Stub {
    const old = stubs[random.below(maxStubs)];
    if (old && !random.oneIn(30)) return old;
    const stub: Stub = { environmentId: random.bytes(16), asked: undefined, enemy: undefined, waiting: [] };
    stubs.push(stub);
    if (stubs.length > maxStubs) stubs.splice(random.below(maxStubs), 1);
    return stub;
  }

  /** What the tunnel's own side does meanwhile: checks, results, streams. */
  function ownSide(): Frame {
    const checked = claims.shift();
    if (checked && random.oneIn(2)) {
      const refusal = { believed: false, errorType: 'LiveLambda.Identity', text: 'no' } as const;
      const outcome = random.oneIn(4) ? refusal : ({ believed: true } as const);
      return happening(() => core.checked(checked.environmentId, checked.claim, outcome, nowMs));
    }
    const run = running[random.below(running.length)];
    if (!run) return happening(() => core.tick(nowMs));
    const { environmentId, invocationId } = run;
    const peer = core.peer(environmentId);
    const body = random.bytes(random.oneIn(30) ? 400_000 : random.size(3000));
    switch (random.below(4)) {
      case 0: {
        const id = Buffer.from(invocationId, 'hex');
        const outcome = { type: 'response', body } as const;
        return happening(() =>
          core.answer(environmentId, { kind: 'result', invocationId: id, headers: {}, outcome }, nowMs),
        );
      }
      case 1:
        return happening(() => peer?.streamStart(invocationId, {}, nowMs) ?? []);
      case 2:
        // A producer waits while the stream is full, as the driver makes it wait.
        return happening(() =>
          peer?.streamState(invocationId) === 'open' ? peer.streamWrite(invocationId, body, nowMs) : [],
        );
      default:
        return happening(() => peer?.streamEnd(invocationId, random.oneIn(2) ? body : undefined, nowMs) ?? []);
    }
  }

  function fromStub(): Frame {
    const stub = someStub();
    if (!stub.enemy || random.oneIn(25)) return received(hello(stub));
    if (stub.waiting.length === 0) stub.waiting = [...stub.enemy.seal(hostileMessage(options, known))];
    return received(stub.waiting.shift() ?? random.bytes(random.size(100)));
  }

  renew();
  return {
    name: renewEvery === undefined ? 'tunnel core that never starts anew' : 'tunnel core',
    next() {
      if (renewEvery !== undefined && random.oneIn(renewEvery)) renew();
      nowMs += random.oneIn(10) ? random.size(10_000) : random.below(5);
      switch (random.below(20)) {
        case 0:
          return received(mutated(random.pick(options.events), random));
        case 1:
          return happening(() => core.tick(nowMs));
        case 2:
          return received(hostileSessionMessage(random, instance));
        case 3:
        case 4:
        case 5:
          return ownSide();
        default:
          if (random.oneIn(500)) return happening(() => core.takeOver(nowMs));
          return random.oneIn(500) ? happening(() => core.connectionBroke(nowMs)) : fromStub();
      }
    },
  };
}
