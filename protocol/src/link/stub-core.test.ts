import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChannelError } from '../channel.ts';
import { facts } from '../fixtures/link-fixture.ts';
import { createIdentity, fingerprintOf, trusts, verifySignature } from '../identity.ts';
import { createStubCore } from './stub-core.ts';
import type { StubEffect } from './stub-state.ts';
import type { TunnelIdentity } from './trust.ts';
import { createTunnelCore } from './tunnel-core.ts';

const own = createIdentity(randomBytes(32));
const stranger = createIdentity(randomBytes(32));

function core(keys?: readonly string[]) {
  return createStubCore({
    identity: {
      apiHost: 'h',
      region: 'r',
      app: 'shop',
      session: 'default',
      functionName: 'f',
      functionPath: 'Shop/Orders',
      environmentId: randomBytes(16),
      release: '0.1.0',
    },
    codecs: ['deflate'],
    attachment: () => ({ variables: {}, credentials: undefined, facts }),
    trust: keys && { trusts: (key) => trusts(keys, key), verify: verifySignature, fingerprint: fingerprintOf },
    random: randomBytes,
  });
}

function tunnel(identity: TunnelIdentity | undefined) {
  const instance = randomBytes(16);
  return createTunnelCore({
    instance,
    app: 'shop',
    session: 'default',
    release: '0.1.0',
    codecs: ['deflate'],
    owner: 'ann@laptop',
    identity,
    trust: undefined,
    admit: () => undefined,
    random: randomBytes,
  });
}

const invocation = { headers: {}, event: Buffer.from('{}'), deadlineMs: 30_000 };
const published = (effects: readonly StubEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'publish' ? effect.events : []));

/** What a tunnel answers to the Hello among the effects. */
function answer(by: TunnelIdentity | undefined, effects: readonly StubEffect[]) {
  const [hello] = published(effects);
  return tunnel(by)
    .receive(hello ?? new Uint8Array(), 0)
    .flatMap((effect) => (effect.type === 'publish' ? effect.events : []));
}

function settled(effects: readonly StubEffect[]) {
  return effects.find((effect) => effect.type === 'settle');
}

describe('a stub', () => {
  it('says Hello evenly while its subscription has delivered nothing, and ever more rarely after that', () => {
    const times = (proved: boolean) => {
      const stub = core();
      stub.subscribed(0);
      if (proved) stub.receive(Buffer.from('anything'), 0);
      stub.invoke(invocation, 0);
      const said: number[] = [];
      for (let nowMs = 1; nowMs < 1500; nowMs++) if (published(stub.tick(nowMs)).length > 0) said.push(nowMs);
      return said;
    };
    expect(times(false)).toEqual([400, 800, 1200]);
    expect(times(true)).toEqual([400, 1200]);
  });

  it('has more patience after its connection was lost, since its subscription is young again', () => {
    const stub = core();
    stub.subscribed(0);
    stub.receive(Buffer.from('anything'), 0);
    stub.invoke({ ...invocation, deadlineMs: 60_000 }, 10_000);
    stub.reconnected(11_000);
    expect(settled(stub.tick(11_500))).toBeUndefined();
    expect(settled(stub.tick(13_500))).toMatchObject({ outcome: { failure: 'nobody-answered' } });
  });

  it('does not wait when the API refuses', () => {
    const stub = core();
    stub.invoke(invocation, 0);
    expect(settled(stub.channelChanged(new ChannelError('refused', 'no permission'), 10))).toMatchObject({
      outcome: { failure: 'api-refused', detail: 'no permission', mayHaveRun: false },
    });
  });

  it('with pinned keys sends nothing to a tunnel of another key, and names that key when nobody else answers', () => {
    const stub = core([own.fingerprint]);
    stub.subscribed(0);
    const hello = stub.invoke(invocation, 0);
    const [forged] = answer(stranger, hello);
    expect(published(stub.receive(forged ?? new Uint8Array(), 10))).toEqual([]);
    expect(settled(stub.tick(2500))).toMatchObject({
      outcome: { failure: 'nobody-answered', detail: expect.stringContaining(stranger.fingerprint), mayHaveRun: false },
    });
  });

  it('with pinned keys goes with the tunnel that has one of them, whoever answered first', () => {
    const stub = core([own.fingerprint]);
    stub.subscribed(0);
    const hello = stub.invoke(invocation, 0);
    for (const by of [stranger, undefined]) for (const event of answer(by, hello)) stub.receive(event, 10);
    const [right] = answer(own, hello);
    expect(published(stub.receive(right ?? new Uint8Array(), 20)).length).toBeGreaterThanOrEqual(2);
  });

  it('with pinned keys believes no signature over another Hello', () => {
    const stub = core([own.fingerprint]);
    const other = core([own.fingerprint]);
    stub.subscribed(0);
    const [elsewhere] = answer(own, other.subscribed(0));
    stub.invoke(invocation, 0);
    expect(published(stub.receive(elsewhere ?? new Uint8Array(), 10))).toEqual([]);
  });
});
