import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChannelError, type ChannelStatus } from '../channel.ts';
import { kindOf, sessionChannel } from '../fixtures/attackers.ts';
import { manualClock, tunnel } from '../fixtures/link-fixture.ts';
import { createMemoryService } from '../memory-channel.ts';
import { encodeTunnelHere } from '../wire/session-message.ts';
import { createSessionTunnels } from './session-tunnels.ts';

const tunnels = () =>
  createSessionTunnels({
    ...{ instance: randomBytes(16), app: 'shop', session: 'default', owner: 'ann@laptop' },
    ...{ identity: undefined, trust: undefined },
  });

it('a tunnel whose first word came late is known as the holder by its next, and may be asked for the session', () => {
  const one = tunnels();
  one.announce(1000);
  const tunnelInstance = randomBytes(16);
  const hears = (ageMs: number, nowMs: number) => {
    const body = encodeTunnelHere({ tunnelInstance, ageMs, identityKey: new Uint8Array(0), owner: 'bob@desk' });
    return one
      .heard('tunnel-here', { body, signature: new Uint8Array(0) }, nowMs)
      .flatMap((effect) => (effect.type === 'rival' ? effect.isHolder : []));
  };
  expect([hears(0, 2000), hears(1500, 2100), hears(0, 2200), hears(3000, 4000)]).toEqual([[false], [true], [], []]);
  expect(one.takeOver(5000).map(({ type }) => type)).toEqual(['announce']);
});

describe('the time for which a tunnel has been alone', () => {
  it('begins when it says that it is here, which one that was there before would have answered', () => {
    const one = tunnels();
    one.listening(1000);
    expect(one.aloneSinceMs()).toBeUndefined();
    one.announce(3000);
    one.announce(4500);
    expect(one.aloneSinceMs()).toBe(3000);
  });

  it('begins anew when it heard nothing for a while, in which another one may have come', () => {
    const one = tunnels();
    one.announce(1000);
    one.deaf();
    expect(one.aloneSinceMs()).toBeUndefined();
    one.announce(60_000);
    expect(one.aloneSinceMs()).toBe(60_000);
  });
});

it('a tunnel whose connection broke says again that it is here, once it hears itself', async () => {
  const service = createMemoryService();
  const clock = manualClock();
  const inner = service.connect();
  let tell: (status: ChannelStatus) => void = () => undefined;
  const channel = {
    ...inner,
    onStatus(listener: typeof tell) {
      tell = listener;
    },
  };
  await tunnel(service, clock, {}, undefined, channel).open();
  await clock.advance(10_000);
  const said: string[] = [];
  service.intercept = (name, event) => {
    if (name === sessionChannel) said.push(kindOf(event));
    return [event];
  };
  tell({ name: 'waiting', retryInMs: 0, cause: new ChannelError('unreachable', 'the socket is gone') });
  await clock.advance(0);
  expect(said).toEqual([]);
  tell({ name: 'open' });
  await clock.advance(0);
  expect(said).toEqual(['probe', 'tunnel-here']);
});
