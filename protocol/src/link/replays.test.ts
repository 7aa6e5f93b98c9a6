import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ann,
  answerOf,
  attach,
  call,
  cutOff,
  forgedStub,
  forgeHello,
  invoke,
  kindOf,
  pinned,
  pinnedStub,
  record,
  sessionChannel,
  upwards,
  type World,
  withOneBitChanged,
  world,
} from '../fixtures/attackers.ts';
import { invocation } from '../fixtures/link-fixture.ts';
import { decodeChannelEvent } from '../wire/channel-event.ts';

describe('what was recorded and is replayed', () => {
  it('gets the same Welcome as before, for a Hello, and starts nothing', async () => {
    const w = world();
    const recorded = record(w.service);
    const held = await w.tunnel();
    const stub = await w.stub();
    await w.clock.advance(0);
    const hello = recorded.find(({ event }) => kindOf(event) === 'hello');
    const welcome = recorded.find(({ event }) => kindOf(event) === 'welcome');
    recorded.length = 0;
    for (let times = 0; times < 3; times++) w.service.deliver(sessionChannel, hello?.event ?? new Uint8Array());
    await w.clock.advance(1000);
    expect(recorded).toEqual([welcome, welcome, welcome]);
    expect(held.started).toEqual([]);
    expect(await call(w, stub)).toBe('cba');
  });

  it('is dropped, for every frame of a conversation in either direction, and no handler starts again', async () => {
    const w = world();
    const recorded = record(w.service);
    const held = await w.tunnel();
    const stub = await w.stub();
    expect(await call(w, stub, 'abc'.repeat(100_000), 0)).toHaveLength(300_000);
    const frames = recorded.filter(({ event }) => kindOf(event) === 'frame');
    for (const { channel, event } of frames) w.service.deliver(channel, event);
    await w.clock.advance(1000);
    const down = frames.filter(({ channel }) => !upwards(channel)).length;
    expect(held.dropped).toEqual(Array(frames.length - down).fill('replayed'));
    expect(stub.dropped).toEqual(Array(down).fill('replayed'));
    expect(held.started).toHaveLength(1);
    expect(await call(w, stub, 'def', 0)).toBe('fed');
  });

  it('is dropped after another handshake, and by a tunnel that was started anew', async () => {
    const w = world();
    const recorded = record(w.service);
    const first = await w.tunnel();
    const stub = await w.stub();
    expect(await call(w, stub)).toBe('cba');
    const frames = recorded.filter(({ channel, event }) => upwards(channel) && kindOf(event) === 'frame');
    // Silence makes the stub shake hands again.
    w.service.intercept = () => [];
    const lost = stub.link.invoke(invocation('lost', 10_000, w.clock.nowMs()));
    await w.clock.advance(9000);
    expect(answerOf(await lost)).toMatchObject({ failure: 'tunnel-silent' });
    w.service.intercept = (_channel, event) => [event];
    expect(await call(w, stub)).toBe('cba');
    first.dropped.length = 0;
    for (const { channel, event } of frames) w.service.deliver(channel, event);
    await w.clock.advance(0);
    expect(first.dropped).toEqual(frames.map(() => 'a frame under unknown keys'));
    await first.kill();
    const second = await w.tunnel();
    for (const { channel, event } of frames) w.service.deliver(channel, event);
    await w.clock.advance(0);
    expect(second.dropped).toEqual(frames.map(() => 'a frame of an unknown environment'));
    expect([first.started.length, second.started]).toEqual([2, []]);
  });

  it('of Hellos long past leaves an environment as it was', async () => {
    const w = world();
    await w.tunnel();
    const environmentId = randomBytes(16);
    const past = Array.from({ length: 5 }, () => forgeHello({ environmentId }).event);
    for (const hello of past) w.service.deliver(sessionChannel, hello);
    await w.clock.advance(0);
    const stub = await pinnedStub({ service: w.service, clock: w.clock, trust: pinned(ann), environmentId });
    expect(await call(w, stub)).toBe('cba');
    for (const hello of past) w.service.deliver(sessionChannel, hello);
    await w.clock.advance(0);
    expect(await call(w, stub, 'def', 0)).toBe('fed');
  });

  it('is of no use to another tunnel: an Invoke is for the one whose Welcome was taken', async () => {
    const w = world();
    const tunnels = [await w.tunnel(), await w.tunnel()];
    const stub = await w.stub();
    for (let calls = 0; calls < 5; calls++) expect(await call(w, stub)).toBe('cba');
    expect(tunnels.map(({ started }) => started.length).sort()).toEqual([0, 5]);
    // The same by the letter: keys of the right tunnel, and the name of another.
    const forged = await forgedStub(w.service);
    await forged.sayHello();
    await w.clock.advance(0);
    await forged.say(attach);
    await forged.say(invoke(randomBytes(16)));
    await w.clock.advance(1000);
    expect(tunnels.flatMap(({ started }) => started)).toHaveLength(5);
    expect(tunnels.flatMap(({ dropped }) => dropped)).toContain('an Invoke for another tunnel');
  });
});

describe('frames that are damaged on their way', () => {
  it.each([
    ['with each bit changed', withOneBitChanged],
    ['cut off at each length', cutOff],
  ])('are refused one by one, %s, without harm to their message', async (_what, damaged) => {
    const w = world();
    const held = await w.tunnel();
    const stub = await w.stub();
    await w.clock.advance(0);
    let copies = 0;
    w.service.intercept = (_channel, event) => {
      const before = [...damaged(event)];
      copies += before.length;
      return [...before, event];
    };
    expect(await call(w, stub, 'abc', 0)).toBe('cba');
    expect(held.started).toHaveLength(1);
    expect(copies).toBeGreaterThan(200);
    // No copy was mistaken for anything.
    expect(held.dropped.length + stub.dropped.length).toBe(copies);
  });

  it('are put together in any order, sent back, and sent to others, with their message whole', async () => {
    const w = world();
    const held = await w.tunnel();
    const [stub, other] = [await w.stub(), await w.stub()];
    await w.clock.advance(0);
    let waiting: { channel: string; event: Uint8Array }[] = [];
    w.service.intercept = (channel, event) => {
      waiting.push({ channel, event });
      w.clock.after(10, () => {
        const batch = waiting.reverse();
        waiting = [];
        for (const each of batch) {
          for (const place of [sessionChannel, other.channel, stub.channel, each.channel])
            w.service.deliver(place, each.event);
        }
      });
      return [];
    };
    const event = randomBytes(1_000_000).toString('latin1');
    const outcome = stub.link.invoke(invocation(Buffer.from(event, 'latin1'), 30_000, w.clock.nowMs()));
    await w.clock.advance(500);
    const ended = await outcome;
    const expected = Buffer.from(event, 'latin1').reverse();
    expect(ended.type === 'result' && expected.equals(ended.result.outcome.body)).toBe(true);
    expect(held.started).toHaveLength(1);
    expect(held.dropped).toContain('the frame goes the other way');
    expect(new Set(other.dropped)).toEqual(new Set(['a frame under unknown keys']));
  });
});

describe('a nonce', () => {
  it('is never used twice for a key, over many messages, repetitions and handshakes', async () => {
    const w = world();
    const recorded = record(w.service);
    let turn = 0;
    const deliverSome = w.service.intercept;
    w.service.intercept = (channel, event) => {
      const delivered = deliverSome(channel, event);
      turn += 1;
      return turn % 6 === 0 ? [] : turn % 7 === 0 ? [...delivered, ...delivered] : delivered;
    };
    await w.tunnel();
    const stubs = [await w.stub(), await w.stub()];
    for (let round = 0; round < 60; round++) {
      const event = round % 10 === 0 ? randomBytes(400_000).toString('base64') : `round ${round}`;
      // At times nothing comes through until the stub gives up and shakes hands again.
      const before = w.service.intercept;
      if (round % 30 === 14) {
        w.service.intercept = (channel, each) => {
          deliverSome(channel, each);
          return [];
        };
      }
      await Promise.all(stubs.map((stub) => call(w, stub, event, 0).catch(() => undefined)).concat(pass(w)));
      w.service.intercept = before;
    }
    const sealed = new Map<string, string>();
    let repeated = 0;
    for (const { event } of recorded) {
      const decoded = decodeChannelEvent(event);
      if (decoded.kind !== 'frame') continue;
      const { keyId, direction, counter } = decoded.frame.header;
      const nonce = `${Buffer.from(keyId).toString('hex')} ${direction} ${counter}`;
      const bytes = Buffer.from(event).toString('base64');
      if (sealed.has(nonce)) repeated += 1;
      // Sent again is the same event, bit by bit; anything else would be a second message under one nonce.
      expect(sealed.get(nonce) ?? bytes).toBe(bytes);
      sealed.set(nonce, bytes);
    }
    const keys = new Set([...sealed.keys()].map((nonce) => nonce.split(' ')[0]));
    expect(keys.size).toBeGreaterThanOrEqual(6);
    expect(repeated).toBeGreaterThan(5);
    expect(sealed.size).toBeGreaterThan(300);
  });
});

/** Lets more time pass than any invocation takes. */
async function pass({ clock }: World): Promise<undefined> {
  await clock.advance(31_000);
  return undefined;
}
