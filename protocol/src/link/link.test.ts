import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChannelError } from '../channel.ts';
import {
  credentials,
  facts,
  failure,
  invocation,
  manualClock,
  reverse,
  stub,
  tunnel,
  variables,
} from '../fixtures/link-fixture.ts';
import { createMemoryService } from '../memory-channel.ts';
import { decodeChannelEvent } from '../wire/channel-event.ts';
import type { TunnelInvocation } from './remote-environment.ts';
import { openStubLink } from './stub-link.ts';

describe('a link', () => {
  it('carries an event to the handler and its answer back, byte for byte', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const seen: TunnelInvocation[] = [];
    await tunnel(service, clock, {
      invoked: (given) => {
        seen.push(given);
        return reverse(given);
      },
    }).open();
    const link = stub(service, clock);
    await link.open();
    const event = randomBytes(1_000_000);
    const outcome = await link.invoke(invocation(event));
    expect(outcome.type === 'result' && Buffer.compare(outcome.result.outcome.body, Buffer.from(event).reverse())).toBe(
      0,
    );
    expect(outcome.type === 'result' && outcome.result.headers).toEqual({ 'content-type': 'text/plain' });
    expect(seen[0]).toMatchObject({
      headers: { 'lambda-runtime-aws-request-id': 'r-1' },
      attach: { variables, credentials, facts },
      deadlineMs: 30_000,
    });
  });

  it('costs one message each way when warm', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    await tunnel(service, clock).open();
    const link = stub(service, clock);
    await link.open();
    // The tunnel has said to others that it is here.
    await clock.advance(10_000);
    const published: string[] = [];
    service.intercept = (channel, event) => {
      published.push(channel.split('/')[1] ?? '');
      return [event];
    };
    await link.invoke(invocation('first'));
    await link.invoke(invocation('second'));
    await clock.advance(10_000);
    expect(published).toEqual(['to-tunnel', 'to-stub', 'to-tunnel', 'to-stub']);
  });

  it('says Accepted when the answer takes longer, and waits for it until shortly before the deadline', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    let finish: (() => void) | undefined;
    await tunnel(service, clock, {
      invoked: (given) =>
        new Promise((resolve) => {
          finish = () => void reverse(given).then(resolve);
        }),
    }).open();
    const link = stub(service, clock);
    await link.open();
    const answered = link.invoke(invocation('abc', 60_000));
    await clock.advance(59_000);
    finish?.();
    await clock.advance(0);
    expect((await answered).type).toBe('result');

    const late = link.invoke(invocation('abc', 60_000, clock.nowMs()));
    await clock.advance(59_750);
    expect(failure(await late)).toEqual({ failure: 'out-of-time', mayHaveRun: true });
  });

  it('never answers an invocation with the late result of another', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const dropped: string[] = [];
    const waiting: (() => void)[] = [];
    await tunnel(service, clock, {
      invoked: (given) => new Promise((resolve) => waiting.push(() => void reverse(given).then(resolve))),
    }).open();
    const link = stub(service, clock, dropped);
    await link.open();
    const first = link.invoke(invocation('first', 2000));
    await clock.advance(1000);
    // The stub's word that it gave up is lost, so that the tunnel answers all the same.
    service.intercept = (channel, event) => (channel.startsWith('/to-tunnel') ? [] : [event]);
    await clock.advance(800);
    expect(failure(await first)).toEqual({ failure: 'tunnel-silent', mayHaveRun: true });
    service.intercept = (_channel, event) => [event];
    const second = link.invoke(invocation('second', 30_000, clock.nowMs()));
    await clock.advance(0);
    waiting[0]?.();
    await clock.advance(0);
    waiting[1]?.();
    await clock.advance(0);
    const outcome = await second;
    expect(outcome.type === 'result' && Buffer.from(outcome.result.outcome.body).toString()).toBe('dnoces');
  });

  it('fails within its time when nobody answers, and says that nothing ran', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const link = stub(service, clock);
    await link.open();
    const young = link.invoke(invocation('x'));
    await clock.advance(2500);
    expect(failure(await young)).toEqual({ failure: 'nobody-answered', mayHaveRun: false });
    await clock.advance(60_000);
    const settled = link.invoke(invocation('x', 30_000, clock.nowMs()));
    await clock.advance(1500);
    expect(failure(await settled)).toEqual({ failure: 'nobody-answered', mayHaveRun: false });
    const short = link.invoke(invocation('x', 1000, clock.nowMs()));
    await clock.advance(250);
    expect(failure(await short)).toEqual({ failure: 'nobody-answered', mayHaveRun: false });
  });

  it('is found by a tunnel that starts while an invocation waits', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const link = stub(service, clock);
    await link.open();
    const waiting = link.invoke(invocation('abc'));
    await clock.advance(300);
    await tunnel(service, clock).open();
    await clock.advance(1000);
    expect((await waiting).type).toBe('result');
  });

  it('goes on with another tunnel after the first said Goodbye', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const first = tunnel(service, clock);
    await first.open();
    const link = stub(service, clock);
    await link.open();
    expect((await link.invoke(invocation('abc'))).type).toBe('result');
    service.intercept = (_channel, event) => [event];
    await first.goodbye('stopped');
    await clock.advance(0);
    await tunnel(service, clock, {
      invoked: async () => ({ headers: {}, outcome: { type: 'error', body: Buffer.from('second') } }),
    }).open();
    const outcome = await link.invoke(invocation('abc', 30_000, clock.nowMs()));
    expect(outcome.type).toBe('result');
  });

  it('tells a running invocation that its tunnel left', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const link = stub(service, clock);
    const held = tunnel(service, clock, { invoked: () => new Promise(() => {}) });
    await held.open();
    await link.open();
    const running = link.invoke(invocation('abc'));
    await clock.advance(200);
    await held.goodbye('stopped by Ctrl-C');
    expect(failure(await running)).toEqual({ failure: 'tunnel-left', mayHaveRun: true });
  });

  describe('that was sent to a tunnel whose Goodbye had not been heard yet', () => {
    /** A stub that was met, to which nothing comes any more until `thaw`. */
    async function frozen() {
      const service = createMemoryService();
      const clock = manualClock();
      const started: string[] = [];
      const counted = (name: string) =>
        tunnel(service, clock, {
          invoked: (given) => {
            started.push(name);
            return reverse(given);
          },
        });
      const first = counted('first');
      await first.open();
      const link = stub(service, clock);
      await link.open();
      await clock.advance(0);
      const held: (readonly [string, Uint8Array])[] = [];
      service.intercept = (channel, event) => {
        if (!channel.startsWith('/to-stub')) return [event];
        held.push([channel, event]);
        return [];
      };
      const thaw = () => {
        service.intercept = (_channel, event) => [event];
        for (const [channel, event] of held) service.deliver(channel, event);
      };
      return { clock, started, counted, first, link, thaw };
    }

    it('is run by another tunnel that was alone before it, once', async () => {
      const { clock, started, counted, first, link, thaw } = await frozen();
      await first.goodbye('stopped');
      await counted('second').open();
      await clock.advance(1000);
      const running = link.invoke(invocation('abc', 30_000, clock.nowMs()));
      await clock.advance(0);
      thaw();
      await clock.advance(0);
      expect(await running).toMatchObject({ type: 'result' });
      expect(started).toEqual(['second']);
    });

    it('is run by one that has only just come, since the one that left says that it has not started it', async () => {
      const { clock, started, counted, first, link, thaw } = await frozen();
      const running = link.invoke(invocation('abc', 30_000, clock.nowMs()));
      await first.goodbye('stopped');
      await clock.advance(0);
      await counted('second').open();
      thaw();
      await clock.advance(0);
      expect(await running).toMatchObject({ type: 'result' });
      expect(started).toEqual(['second']);
    });

    it('is told that it did not run where nobody else is there, and the one that left starts nothing', async () => {
      const { clock, started, first, link, thaw } = await frozen();
      await first.goodbye('stopped');
      const running = link.invoke(invocation('abc', 30_000, clock.nowMs()));
      await clock.advance(0);
      thaw();
      await clock.advance(1500);
      expect(await running).toMatchObject({
        failure: 'nobody-answered',
        mayHaveRun: false,
        detail: 'the one before has left: stopped',
      });
      expect(started).toEqual([]);
    });
  });

  it('gives up after silence, and finds the next tunnel with the next invocation', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    await tunnel(service, clock).open();
    const link = stub(service, clock);
    await link.open();
    await clock.advance(0);
    service.intercept = () => [];
    const lost = link.invoke(invocation('abc'));
    // Five seconds of silence, and the time in which a Hello is answered.
    await clock.advance(6500);
    expect(failure(await lost)).toEqual({ failure: 'tunnel-silent', mayHaveRun: true });
    service.intercept = (_channel, event) => [event];
    const published: string[] = [];
    service.intercept = (_channel, event) => {
      published.push(decodeChannelEvent(event).kind);
      return [event];
    };
    const found = link.invoke(invocation('abc', 30_000, clock.nowMs()));
    await clock.advance(1000);
    expect((await found).type).toBe('result');
    expect(published[0]).toBe('hello');
  });

  it('gives up early once its subscription has delivered anything', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const left = tunnel(service, clock);
    await left.open();
    const link = stub(service, clock);
    await link.open();
    await clock.advance(100);
    await left.goodbye('stopped');
    await clock.advance(0);
    service.intercept = (channel, event) => (channel.startsWith('/to-stub') ? [] : [event]);
    const outcome = link.invoke(invocation('x', 30_000, clock.nowMs()));
    await clock.advance(1500);
    expect(failure(await outcome)).toEqual({ failure: 'nobody-answered', mayHaveRun: false });
  });

  it('is refused with the reason when the tunnel does not serve the function', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    await tunnel(service, clock, {}, ({ functionPath }) => ({
      reason: 'unknown-function',
      text: `no ${functionPath} here`,
    })).open();
    const link = stub(service, clock);
    await link.open();
    await clock.advance(0);
    const outcome = link.invoke(invocation('abc'));
    await clock.advance(400);
    expect(await outcome).toMatchObject({
      failure: 'tunnel-refused',
      detail: 'no Shop/Orders here',
      mayHaveRun: false,
    });
  });

  it('starts a handler once although every event comes twice, and in reverse', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    let started = 0;
    await tunnel(service, clock, {
      invoked: (given) => {
        started += 1;
        return reverse(given);
      },
    }).open();
    const held: Uint8Array[] = [];
    const link = stub(service, clock);
    service.intercept = (channel, event) => {
      if (!channel.startsWith('/to-tunnel')) return [event, event];
      held.push(event);
      return decodeChannelEvent(event).kind === 'hello'
        ? [event]
        : held
            .splice(0)
            .reverse()
            .flatMap((each) => [each, each]);
    };
    await link.open();
    const outcome = link.invoke(invocation(randomBytes(500_000)));
    await clock.advance(100);
    expect((await outcome).type).toBe('result');
    expect(started).toBe(1);
  });

  it('runs an invocation whose Attach comes after it', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    await tunnel(service, clock).open();
    const link = stub(service, clock);
    let attach: Uint8Array | undefined;
    service.intercept = (channel, event) => {
      if (!channel.startsWith('/to-tunnel') || decodeChannelEvent(event).kind !== 'frame') return [event];
      if (attach) return [event, attach];
      attach = event;
      return [];
    };
    const opened = link.open();
    const outcome = link.invoke(invocation('abc'));
    await opened;
    await clock.advance(1000);
    expect((await outcome).type).toBe('result');
  });

  it('shows a reader of both namespaces no byte of a payload, a variable or a credential', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const overheard: Buffer[] = [];
    service.intercept = (_channel, event) => {
      overheard.push(Buffer.from(event));
      return [event];
    };
    await tunnel(service, clock).open();
    const link = stub(service, clock);
    await link.open();
    await link.invoke(invocation('the-secret-payload'));
    const all = Buffer.concat(overheard).toString('latin1');
    for (const secret of [
      'the-secret-payload',
      'the-secret-variable',
      'the-secret-key',
      'the-session-token',
      'ASIAEXAMPLE',
    ]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain([...secret].reverse().join(''));
    }
  });

  it('drops what is not of this protocol, and goes on', async () => {
    const service = createMemoryService();
    const clock = manualClock();
    const dropped: string[] = [];
    await tunnel(service, clock, { dropped: (reason) => dropped.push(reason) }).open();
    await service.connect().publish('/to-tunnel/shop/default', [Buffer.from('not protobuf'), randomBytes(100)]);
    const link = stub(service, clock);
    await link.open();
    expect((await link.invoke(invocation('abc'))).type).toBe('result');
    // Whatever is wrong with them, they are of one kind: a stranger cannot make a log grow by variety.
    expect(new Set(dropped)).toEqual(new Set(['what is no message of this protocol']));
    expect(dropped).toHaveLength(2);
  });

  it('tells an API that cannot be reached from one that refuses', async () => {
    for (const [kind, failed] of [
      ['unreachable', 'api-unreachable'],
      ['refused', 'api-refused'],
    ] as const) {
      const clock = manualClock();
      const error = new ChannelError(kind, 'no way');
      const link = openStubLink({
        channel: {
          status: { name: 'failed', cause: error },
          onStatus: () => {},
          wanted: () => {},
          publish: () => Promise.reject(error),
          subscribe: () => Promise.reject(error),
          [Symbol.asyncDispose]: async () => {},
        },
        clock,
        identity: {
          apiHost: 'h',
          region: 'r',
          app: 'a',
          session: 's',
          functionName: 'f',
          functionPath: 'p',
          environmentId: randomBytes(16),
          release: '',
        },
        attachment: () => ({ variables, credentials, facts }),
      });
      await link.open();
      const outcome = link.invoke(invocation('x'));
      await clock.advance(2500);
      expect(await outcome).toMatchObject({ failure: failed, detail: 'no way', mayHaveRun: false });
    }
  });
});
