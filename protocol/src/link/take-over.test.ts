import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';
import {
  ann,
  answerOf,
  kindOf,
  newIdentity,
  sessionChannel,
  withOneBitOfEachByteChanged,
} from '../fixtures/attackers.ts';
import { numbers } from '../fixtures/numbers.ts';
import { bob, gated, sharedSession } from '../fixtures/session-fixture.ts';
import type { Identity } from '../identity.ts';
import type { HandOver, SessionMessageKind, TakeOver } from '../messages.ts';
import { decodeChannelEvent, encodeChannelEvent } from '../wire/channel-event.ts';
import { decodeTakeOver, encodeHandOver, encodeTakeOver } from '../wire/session-message.ts';
import type { Checked } from './remote-environment.ts';
import { signSessionMessage } from './session-trust.ts';
import { resultLingersMs, takeOverSilenceMs } from './timing.ts';

type Session = ReturnType<typeof sharedSession>;

const pass = (_channel: string, event: Uint8Array) => [event];
const toStub = (channel: string) => channel.startsWith('/to-stub');
const answered = async (outcome: ReturnType<Awaited<ReturnType<Session['stub']>>['link']['invoke']>) =>
  answerOf(await outcome);

/** Ann's tunnel, met by a stub; and Bob's, which came later. */
async function both(session: Session, handler = gated()) {
  const first = await session.tunnel('ann@laptop', ann, { invoked: handler.invoked });
  const stub = await session.stub();
  await session.clock.advance(1000);
  const second = await session.tunnel('bob@desk', bob);
  await session.clock.advance(1000);
  return { first, second, stub, handler };
}

describe('a tunnel that takes a session over', () => {
  it('is told who was there before it, and the other that one has come', async () => {
    const session = sharedSession();
    const { first, second } = await both(session);
    expect(second.told).toEqual([['rival', 'ann@laptop', true]]);
    expect(first.told).toEqual([['rival', 'bob@desk', false]]);
  });

  it('has the next event of an environment for which nothing ran', async () => {
    const session = sharedSession();
    const { first, second, stub } = await both(session);
    await second.link.takeOver();
    await session.clock.advance(0);
    expect(first.told.slice(1)).toEqual([
      ['handing over', 'bob@desk', 0],
      ['handed over', 'bob@desk', 0],
    ]);
    expect(second.told.at(-1)).toEqual(['take over', 'ann@laptop', { state: 'ended', finished: 0 }]);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    expect(await answered(outcome)).toBe('cba');
    expect([first.started, second.started]).toEqual([[], ['abc']]);
  });

  it('waits for what runs, is told of it, and hears when that is done', async () => {
    const session = sharedSession();
    const { first, second, stub, handler } = await both(session);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(2000);
    await second.link.takeOver();
    await session.clock.advance(3000);
    const waiting = { state: 'waiting', finished: 0, unfinishedCount: 1 };
    expect(second.told.at(-1)).toEqual([
      'take over',
      'ann@laptop',
      { ...waiting, unfinished: [{ functionPath: 'Shop/Orders', runningMs: expect.any(Number) }] },
    ]);
    handler.finish();
    await session.clock.advance(resultLingersMs + 100);
    expect(await answered(outcome)).toBe('cba');
    expect(first.told.slice(1)).toEqual([
      ['handing over', 'bob@desk', 1],
      ['handed over', 'bob@desk', 1],
    ]);
    expect(second.told.at(-1)).toEqual(['take over', 'ann@laptop', { state: 'ended', finished: 1 }]);
    const next = stub.link.invoke(session.event('def'));
    await session.clock.advance(0);
    expect(await answered(next)).toBe('fed');
    expect([first.started, second.started]).toEqual([['abc'], ['def']]);
  });

  it('has what was sent to the other one and not started by it: at once, once, and without a word to the caller', async () => {
    const session = sharedSession();
    const { first, second, stub } = await both(session);
    // The other one's Goodbye is lost: the stub sends it the next event.
    session.service.intercept = (channel, event) => (toStub(channel) ? [] : [event]);
    await second.link.takeOver();
    await session.clock.advance(0);
    session.service.intercept = pass;
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    expect(await answered(outcome)).toBe('cba');
    expect([first.started, second.started]).toEqual([[], ['abc']]);
  });

  it('has it too where the other one has ended by then, since it heard that from that one', async () => {
    const session = sharedSession();
    const { first, second, stub } = await both(session);
    session.service.intercept = (channel, event) => (toStub(channel) ? [] : [event]);
    await second.link.takeOver();
    await session.clock.advance(0);
    await first.kill();
    session.service.intercept = pass;
    await session.clock.advance(100);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(8000);
    expect(await answered(outcome)).toBe('cba');
    expect([first.started, second.started]).toEqual([[], ['abc']]);
  });

  it('has what waited for a check of its environment when the other one was asked', async () => {
    const session = sharedSession();
    const check = () => new Promise<Checked>((resolve) => session.clock.after(2000, () => resolve({ believed: true })));
    const first = await session.tunnel('ann@laptop', ann, { check });
    const stub = await session.stub();
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(500);
    const second = await session.tunnel('bob@desk', bob);
    await session.clock.advance(1000);
    await second.link.takeOver();
    await session.clock.advance(0);
    expect(await answered(outcome)).toBe('cba');
    await session.clock.advance(2000);
    expect([first.started, second.started]).toEqual([[], ['abc']]);
  });

  it('has new environments from the moment when the other one was asked', async () => {
    const session = sharedSession();
    const { first, second, stub, handler } = await both(session);
    const running = stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    await second.link.takeOver();
    const others = await Promise.all(Array.from({ length: 5 }, () => session.stub()));
    const outcomes = others.map(({ link }) => link.invoke(session.event('def')));
    await session.clock.advance(0);
    expect(await Promise.all(outcomes.map(answered))).toEqual(Array(5).fill('fed'));
    handler.finish();
    await session.clock.advance(2000);
    expect(await answered(running)).toBe('cba');
    expect([first.started, second.started.length]).toEqual([['abc'], 5]);
  });

  it('has the next event of an environment that is called all the time, which never is quiet', async () => {
    const session = sharedSession();
    const first = await session.tunnel('ann@laptop', ann);
    const stub = await session.stub();
    await session.clock.advance(1000);
    const second = await session.tunnel('bob@desk', bob);
    await session.clock.advance(1000);
    const call = async (text: string) => {
      const outcome = stub.link.invoke(session.event(text));
      await session.clock.advance(0);
      return answered(outcome);
    };
    expect(await call('abc')).toBe('cba');
    await second.link.takeOver();
    expect(await call('def')).toBe('fed');
    expect([first.started, second.started]).toEqual([['abc'], ['def']]);
    expect(first.told.at(-1)).toEqual(['handed over', 'bob@desk', 0]);
  });

  it('does not cost a result that is lost when the other one sends it last', async () => {
    const session = sharedSession();
    const { first, second, stub, handler } = await both(session);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(2500);
    await second.link.takeOver();
    let lost = 0;
    session.service.intercept = (channel, event) => {
      if (!toStub(channel) || lost > 0) return [event];
      lost += 1;
      return [];
    };
    handler.finish();
    await session.clock.advance(3000);
    expect(await answered(outcome)).toBe('cba');
    expect(first.told.at(-1)).toEqual(['handed over', 'bob@desk', 1]);
  });

  it('is told when the other one, which may be of an older release, does not answer', async () => {
    const session = sharedSession();
    const { first, second } = await both(session);
    session.service.intercept = (_channel, event) => (kindOf(event) === 'take-over' ? [] : [event]);
    await second.link.takeOver();
    await session.clock.advance(takeOverSilenceMs);
    expect(second.told.slice(1)).toEqual([['take over', 'ann@laptop', { state: 'unanswered' }]]);
    expect(first.told).toHaveLength(1);
  });

  it('is told when the other one dies meanwhile', async () => {
    const session = sharedSession();
    const { first, second, stub } = await both(session);
    void stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    await second.link.takeOver();
    await session.clock.advance(1500);
    await first.kill();
    await session.clock.advance(takeOverSilenceMs + 1000);
    expect(second.told.filter(([what]) => what === 'take over').at(-1)).toEqual([
      'take over',
      'ann@laptop',
      { state: 'gone' },
    ]);
  });

  it('may leave before that: the other one goes on to end', async () => {
    const session = sharedSession();
    const { first, second, stub, handler } = await both(session);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    await second.link.takeOver();
    await session.clock.advance(0);
    await second.link.goodbye('it was stopped');
    await second.kill();
    handler.finish();
    await session.clock.advance(2000);
    expect(await answered(outcome)).toBe('cba');
    expect(first.told.at(-1)).toEqual(['handed over', 'bob@desk', 1]);
  });

  it('hears that the other one has ended, where its developer did not wait for what ran', async () => {
    const session = sharedSession();
    const { first, second, stub } = await both(session);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(500);
    await second.link.takeOver();
    await session.clock.advance(0);
    await first.link.goodbye('it was stopped');
    await session.clock.advance(0);
    expect(await outcome).toMatchObject({ failure: 'tunnel-left', mayHaveRun: true });
    expect(second.told.at(-1)).toEqual(['take over', 'ann@laptop', { state: 'ended', finished: 0 }]);
    expect(second.started).toEqual([]);
  });

  it('does not ask one that came after it', async () => {
    const session = sharedSession();
    const { first, second } = await both(session);
    await first.link.takeOver();
    await session.clock.advance(takeOverSilenceMs + 1000);
    expect([first.told.length, second.told.length]).toEqual([1, 1]);
  });
});

describe('a request for a session', () => {
  const mallory = newIdentity();

  /** What Bob's tunnel said when it asked, and Ann's has not heard. */
  async function recorded(session: Session) {
    const { first, second, stub } = await both(session);
    const asked: Uint8Array[] = [];
    session.service.intercept = (_channel, event) => {
      if (kindOf(event) !== 'take-over') return [event];
      asked.push(event);
      return [];
    };
    await second.link.takeOver();
    await session.clock.advance(0);
    const event = asked[0] ?? expect.fail('nothing was asked');
    const decoded = decodeChannelEvent(event);
    if (decoded.kind !== 'take-over') expect.fail('no TakeOver');
    return { first, second, stub, event, body: decodeTakeOver(decoded.signed.body) };
  }

  const signed = (identity: Identity, body: Uint8Array, kind: SessionMessageKind = 'take-over') =>
    encodeChannelEvent({ kind, signed: signSessionMessage(identity, kind, body) });
  const asking = (identity: Identity, body: TakeOver) =>
    signed(identity, encodeTakeOver({ ...body, identityKey: identity.publicKey }));

  it('by a key that is not trusted is told, and changes nothing', async () => {
    const session = sharedSession();
    const { first, stub, body } = await recorded(session);
    session.service.deliver(sessionChannel, asking(mallory, { ...body, owner: 'mallory@cafe' }));
    await session.clock.advance(2000);
    expect(first.told.slice(1)).toEqual([['refused', 'mallory@cafe']]);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    expect(first.started).toEqual(['abc']);
    await first.link.goodbye('the test is over');
    await session.clock.advance(0);
    expect(await outcome).toMatchObject({ type: 'failed' });
  });

  it.each<readonly [string, (body: TakeOver) => Uint8Array]>([
    ['that names a trusted key without having it', (body) => signed(mallory, encodeTakeOver(body))],
    ['that is signed as something else', (body) => resigned('tunnel-here', body)],
    [
      'for another instance, as one that was recorded before',
      (body) => asking(bob, { ...body, holderInstance: randomBytes(16) }),
    ],
    ['for another session', (body) => asking(bob, { ...body, session: 'other' })],
    ['for another app', (body) => asking(bob, { ...body, app: 'other' })],
  ])('is heeded by nobody: one %s', async (_what, make) => {
    const session = sharedSession();
    const { first, second, body } = await recorded(session);
    session.service.deliver(sessionChannel, make(body));
    await session.clock.advance(2000);
    expect([...first.told, ...second.told].filter(([what]) => what === 'handing over')).toEqual([]);
  });

  function resigned(kind: SessionMessageKind, body: TakeOver): Uint8Array {
    const raw = encodeTakeOver(body);
    return encodeChannelEvent({ kind: 'take-over', signed: signSessionMessage(bob, kind, raw) });
  }

  it('is heeded by nobody with any bit of it changed, and as it was sent by the one that was asked', async () => {
    const session = sharedSession();
    const { first, event } = await recorded(session);
    for (const damaged of withOneBitOfEachByteChanged(event)) session.service.deliver(sessionChannel, damaged);
    await session.clock.advance(0);
    expect(first.told.filter(([what]) => what === 'handing over')).toEqual([]);
    session.service.deliver(sessionChannel, event);
    await session.clock.advance(0);
    expect(first.told.filter(([what]) => what === 'handing over')).toHaveLength(1);
  });

  it('is answered by the one that was asked alone: nobody else can say that it has ended', async () => {
    const session = sharedSession();
    const { first, second, stub } = await both(session);
    session.service.intercept = (_channel, event) => {
      const decoded = decodeChannelEvent(event);
      if (decoded.kind !== 'take-over') return [event];
      const { holderInstance, tunnelInstance } = decodeTakeOver(decoded.signed.body);
      const lie: HandOver = {
        ...{ tunnelInstance: holderInstance, toInstance: tunnelInstance, finished: 0, unfinishedCount: 0 },
        ...{ unfinished: [], ended: true, identityKey: bob.publicKey },
      };
      // Bob's key is trusted, and Mallory's is not; neither is that of the tunnel that was asked.
      for (const each of [bob, mallory])
        session.service.deliver(
          sessionChannel,
          signed(each, encodeHandOver({ ...lie, identityKey: each.publicKey }), 'hand-over'),
        );
      return [];
    };
    void stub.link.invoke(session.event('abc'));
    await session.clock.advance(0);
    await second.link.takeOver();
    await session.clock.advance(takeOverSilenceMs);
    expect(second.told.filter(([what]) => what === 'take over')).toEqual([
      ['take over', 'ann@laptop', { state: 'unanswered' }],
    ]);
    expect(first.told).toHaveLength(1);
  });
});

describe('an event that one of two tunnels has started, which do not know of each other', () => {
  /** Ann's tunnel runs a stub's event; Bob's came before that, and nothing that either said of itself has arrived. */
  async function strangers(session: Session) {
    const first = await session.tunnel('ann@laptop', ann, { invoked: gated().invoked });
    const stub = await session.stub();
    await session.clock.advance(1000);
    session.service.intercept = (_channel, event) => (kindOf(event) === 'tunnel-here' ? [] : [event]);
    const second = await session.tunnel('bob@desk', bob);
    await session.clock.advance(1000);
    return { first, second, stub };
  }

  it('is not started by the other one where the first leaves, and its word that it had it is lost', async () => {
    const session = sharedSession();
    const { first, second, stub } = await strangers(session);
    session.service.intercept = (channel, event) => (toStub(channel) ? [] : [event]);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(300);
    // What it says when it leaves: that it has taken the event, which is lost, and Goodbye.
    let said = 0;
    session.service.intercept = (channel, event) => {
      if (!toStub(channel)) return [event];
      said += 1;
      return said === 1 ? [] : [event];
    };
    await first.link.goodbye('it was stopped');
    await session.clock.advance(3000);
    expect(await outcome).toMatchObject({ failure: 'tunnel-left', mayHaveRun: true });
    expect([first.started, second.started, said]).toEqual([['abc'], [], 2]);
  });

  it('is not started by the other one where the first goes silent, and was heard of since the other one came', async () => {
    const session = sharedSession();
    const { first, second, stub } = await strangers(session);
    const pinged = stub.link.look(session.clock.nowMs() + 30_000);
    await session.clock.advance(11_000);
    await pinged;
    const again = stub.link.look(session.clock.nowMs() + 30_000);
    await session.clock.advance(100);
    expect(await again).toBeUndefined();
    session.service.intercept = (channel, event) => (toStub(channel) ? [] : [event]);
    const outcome = stub.link.invoke(session.event('abc'));
    await session.clock.advance(300);
    await first.kill();
    session.service.intercept = pass;
    await session.clock.advance(9000);
    expect(await outcome).toMatchObject({ failure: 'tunnel-silent', mayHaveRun: true });
    expect([first.started, second.started]).toEqual([['abc'], []]);
  });
});

describe('an event that one tunnel has started, while another one comes', () => {
  it('is not started by the other one, which has not said yet that it is there, and has not heard of the first', async () => {
    const session = sharedSession();
    const first = await session.tunnel('ann@laptop', ann, { invoked: gated().invoked });
    const stub = await session.stub();
    await session.clock.advance(60_000);
    const looked = new Promise<void>((resolve) => session.clock.after(2000, resolve));
    const second = await session.tunnel('bob@desk', bob, {}, () => looked);
    await session.clock.advance(100);
    session.service.intercept = (channel, event) => (toStub(channel) ? [] : [event]);
    const outcome = stub.link.invoke(session.event('abc', 3000));
    await session.clock.advance(100);
    await first.kill();
    session.service.intercept = pass;
    await session.clock.advance(3000);
    expect(await outcome).toMatchObject({ type: 'failed', mayHaveRun: true });
    expect([first.started, second.started]).toEqual([['abc'], []]);
  });
});

describe('over a service that loses one event in twelve', () => {
  interface Tally {
    readonly doubled: number;
    readonly untrue: number;
    readonly failed: number;
    readonly calls: number;
  }

  /** Environments that are called all the time, while one tunnel goes and another comes. */
  async function load(seed: number, change: (session: Session, random: () => number) => Promise<void>): Promise<Tally> {
    const random = numbers(seed * 7919);
    const session = sharedSession();
    const { clock, service, starts } = session;
    service.intercept = (_channel, event) => {
      if (random() < 0.08) return [];
      if (random() > 0.3) return [event];
      clock.after(random() * 60, () => service.deliver(_channel, event));
      return [];
    };
    const stubs = await Promise.all(Array.from({ length: 3 }, () => session.stub()));
    let [untrue, failed, calls] = [0, 0, 0];
    let over = false;
    const callers = stubs.map(async ({ link }) => {
      while (!over) {
        const event = `call ${calls}`;
        calls += 1;
        const outcome = await link.invoke(session.event(event, 20_000));
        if (outcome.type === 'failed') failed += 1;
        if (outcome.type === 'failed' && !outcome.mayHaveRun && starts.has(event)) untrue += 1;
        await new Promise<void>((resolve) => clock.after(random() * 300, resolve));
      }
    });
    const changed = change(session, random).then(() => {
      over = true;
    });
    for (let step = 0; !over && step < 400; step++) await clock.advance(200);
    await changed;
    const ended = Promise.all(callers);
    await clock.advance(25_000);
    await ended;
    return { doubled: [...starts.values()].filter((count) => count > 1).length, untrue, failed, calls };
  }

  const total = (tallies: readonly Tally[]) =>
    tallies.reduce((sum, each) => ({
      doubled: sum.doubled + each.doubled,
      untrue: sum.untrue + each.untrue,
      failed: sum.failed + each.failed,
      calls: sum.calls + each.calls,
    }));
  const wait = ({ clock }: Session, ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  const slowly =
    (session: Session, random: () => number) =>
    async ({ event }: { readonly event: Uint8Array }) => {
      await wait(session, random() * 1500);
      return { headers: {}, outcome: { type: 'response' as const, body: event } };
    };

  it('no event starts twice where a tunnel leaves within two seconds after another has come', async () => {
    const tallies: Tally[] = [];
    for (let seed = 1; seed <= 10; seed++)
      tallies.push(
        await load(seed, async (session, random) => {
          const first = await session.tunnel('ann@laptop', ann, { invoked: slowly(session, random) });
          await wait(session, 2000);
          await session.tunnel('bob@desk', bob, { invoked: slowly(session, random) });
          await wait(session, random() * 2000);
          await first.link.goodbye('it was stopped');
          await first.kill();
          await wait(session, 8000);
        }),
      );
    expect(total(tallies)).toMatchObject({ doubled: 0, untrue: 0 });
    expect(total(tallies).calls).toBeGreaterThan(200);
  });

  it('no event starts twice where a tunnel takes the session of another one', async () => {
    const tallies: Tally[] = [];
    for (let seed = 1; seed <= 8; seed++)
      tallies.push(
        await load(seed, async (session, random) => {
          const first = await session.tunnel('ann@laptop', ann, { invoked: slowly(session, random) });
          await wait(session, 2000);
          const second = await session.tunnel('bob@desk', bob, { invoked: slowly(session, random) });
          await wait(session, random() * 4000);
          await second.link.takeOver();
          await wait(session, 12_000);
          await first.kill();
          await wait(session, 1000);
        }),
      );
    expect(total(tallies)).toMatchObject({ doubled: 0, untrue: 0 });
    expect(total(tallies).calls).toBeGreaterThan(200);
  });
});
