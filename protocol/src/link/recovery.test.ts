import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failure, invocation, manualClock, reverse, stub, tunnel } from '../fixtures/link-fixture.ts';
import { numbers } from '../fixtures/numbers.ts';
import { createMemoryService, type MemoryService } from '../memory-channel.ts';
import { streamWindowBytes } from './stream.ts';
import { BrokenStream, type LinkOutcome } from './stub-link.ts';
import { StreamFailure } from './tunnel-link.ts';

const pass = (_channel: string, event: Uint8Array) => [event];
const upwards = (channel: string) => channel.startsWith('/to-tunnel');

/** A pair that has met, over a service that loses nothing yet. */
async function met(handler = reverse) {
  const service = createMemoryService();
  const clock = manualClock();
  let started = 0;
  const held = tunnel(service, clock, {
    invoked: (given) => {
      started += 1;
      return handler(given);
    },
  });
  await held.open();
  const link = stub(service, clock);
  await link.open();
  await clock.advance(0);
  return {
    service,
    clock,
    link,
    started: () => started,
    invoke: (event: string | Uint8Array, remainingMs = 30_000) =>
      link.invoke(invocation(event, remainingMs, clock.nowMs())),
  };
}

/** Loses the n-th of the events that pass the test, counted from 1, and counts what is published. */
function lose(service: MemoryService, matches: (channel: string, event: Uint8Array) => boolean, ...numbers: number[]) {
  const seen = { matched: 0, bytes: 0 };
  service.intercept = (channel, event) => {
    seen.bytes += event.length;
    if (!matches(channel, event)) return [event];
    seen.matched += 1;
    return numbers.includes(seen.matched) ? [] : [event];
  };
  return seen;
}

function body(outcome: LinkOutcome): Buffer | undefined {
  return outcome.type === 'result' ? Buffer.from(outcome.result.outcome.body) : undefined;
}

const reversed = (event: Uint8Array) => Buffer.from(event).reverse();

describe('what is lost', () => {
  it('on its way to the tunnel is sent again after 400 ms', async () => {
    const { service, clock, invoke, started } = await met();
    lose(service, upwards, 1);
    const outcome = invoke('abc');
    await clock.advance(399);
    expect(started()).toBe(0);
    await clock.advance(1);
    expect(body(await outcome)?.toString()).toBe('cba');
    expect(started()).toBe(1);
  });

  it('on its way back is asked for, and the handler does not run again', async () => {
    const { service, clock, invoke, started } = await met();
    lose(service, (channel) => !upwards(channel), 1);
    const outcome = invoke('abc');
    await clock.advance(400);
    expect(body(await outcome)?.toString()).toBe('cba');
    expect(started()).toBe(1);
  });

  it('of a large event is all that is sent again', async () => {
    const { service, clock, invoke, started } = await met();
    const event = randomBytes(3_000_000);
    const seen = lose(service, (channel, each) => upwards(channel) && each.length > 1000, 3, 11);
    const outcome = invoke(event);
    await clock.advance(2000);
    expect(body(await outcome)?.equals(reversed(event))).toBe(true);
    expect(started()).toBe(1);
    // The event and its answer, two segments once more, and small change.
    expect(seen.bytes).toBeLessThan(6_000_000 + 3 * 180_000);
  });

  it('of a large answer is all that is sent again', async () => {
    const { service, clock, invoke } = await met();
    const event = randomBytes(3_000_000);
    const seen = lose(service, (channel, each) => !upwards(channel) && each.length > 1000, 1, 7);
    const outcome = invoke(event);
    await clock.advance(3000);
    expect(body(await outcome)?.equals(reversed(event))).toBe(true);
    expect(seen.bytes).toBeLessThan(6_000_000 + 3 * 180_000);
  });

  it('of a large answer is not sent twice while it is only slow', async () => {
    const { service, clock, invoke } = await met();
    const event = randomBytes(2_000_000);
    let bytes = 0;
    service.intercept = (channel, each) => {
      if (!upwards(channel)) bytes += each.length;
      clock.after(upwards(channel) ? 0 : 700, () => service.deliver(channel, each));
      return [];
    };
    const outcome = invoke(event);
    await clock.advance(2000);
    expect(body(await outcome)?.equals(reversed(event))).toBe(true);
    expect(bytes).toBeLessThan(2_100_000);
  });

  it('entirely, though it is large, is sent anew', async () => {
    const { service, clock, invoke } = await met();
    const event = randomBytes(1_000_000);
    lose(service, (channel, each) => upwards(channel) && each.length > 1000, 1, 2, 3, 4, 5, 6);
    const outcome = invoke(event);
    await clock.advance(2000);
    expect(body(await outcome)?.equals(reversed(event))).toBe(true);
  });

  it('after the invocation was taken over is asked for', async () => {
    let finish = () => {};
    const { service, clock, invoke, started } = await met(
      (given) =>
        new Promise((resolve) => {
          finish = () => void reverse(given).then(resolve);
        }),
    );
    const outcome = invoke('abc');
    await clock.advance(500);
    service.intercept = () => [];
    finish();
    await clock.advance(100);
    service.intercept = pass;
    await clock.advance(1000);
    expect(body(await outcome)?.toString()).toBe('cba');
    expect(started()).toBe(1);
  });

  it('of the questions does no harm while something is heard within five seconds', async () => {
    let finish = () => {};
    const { service, clock, invoke } = await met(
      (given) =>
        new Promise((resolve) => {
          finish = () => void reverse(given).then(resolve);
        }),
    );
    const outcome = invoke('abc', 60_000);
    await clock.advance(500);
    service.intercept = () => [];
    await clock.advance(4000);
    service.intercept = pass;
    await clock.advance(20_000);
    finish();
    await clock.advance(0);
    expect(body(await outcome)?.toString()).toBe('cba');
  });
});

describe('a tunnel that went silent', () => {
  it('and is back is sent the invocation again under its id, and answers what it had', async () => {
    const { service, clock, invoke, started } = await met();
    // The event arrives, nothing comes back for longer than silence is borne.
    service.intercept = (channel, event) => (upwards(channel) ? [event] : []);
    const outcome = invoke('abc');
    await clock.advance(5500);
    service.intercept = pass;
    await clock.advance(1600);
    expect(body(await outcome)?.toString()).toBe('cba');
    expect(started()).toBe(1);
  });

  it.each([
    ['one that has been alone since before the invocation runs it', 0, 'result'],
    ['one that is younger ends the attempt, for the first may have run it', 4000, 'failed'],
  ])('%s', async (_what, startsAfterMs, expected) => {
    const service = createMemoryService();
    const clock = manualClock();
    const gone = service.connect();
    await tunnel(service, clock, {}, undefined, gone).open();
    const link = stub(service, clock);
    await link.open();
    await clock.advance(0);
    // Killed: no Goodbye.
    await gone[Symbol.asyncDispose]();
    if (startsAfterMs === 0) await tunnel(service, clock).open();
    await clock.advance(1000);
    const outcome = link.invoke(invocation('abc', 30_000, clock.nowMs()));
    await clock.advance(startsAfterMs);
    if (startsAfterMs > 0) await tunnel(service, clock).open();
    await clock.advance(8000);
    expect((await outcome).type).toBe(expected);
    if (expected === 'failed') expect(failure(await outcome)).toEqual({ failure: 'tunnel-silent', mayHaveRun: true });
  });
});

describe('an invocation that one of two tunnels may have started', () => {
  /** Two tunnels that know of each other; the first has the stub's invocation, and nothing that it says arrives. */
  async function shared() {
    const service = createMemoryService();
    const clock = manualClock();
    const started: string[] = [];
    const counted = (name: string, channel = service.connect()) =>
      tunnel(
        service,
        clock,
        {
          invoked: (given) => {
            started.push(name);
            return name === 'first' ? new Promise(() => undefined) : reverse(given);
          },
        },
        undefined,
        channel,
      );
    const held = service.connect();
    const first = counted('first', held);
    await first.open();
    const link = stub(service, clock);
    await link.open();
    await clock.advance(0);
    await counted('second').open();
    // Between two announcements of the first.
    await clock.advance(15_000);
    service.intercept = (channel, event) => (upwards(channel) ? [event] : []);
    const outcome = link.invoke(invocation('abc', 30_000, clock.nowMs()));
    await clock.advance(0);
    service.intercept = pass;
    return { clock, started, held, first, outcome };
  }

  it('is not run by the other when the first goes silent', async () => {
    const { clock, started, held, outcome } = await shared();
    await held[Symbol.asyncDispose]();
    await clock.advance(8000);
    expect(failure(await outcome)).toEqual({ failure: 'tunnel-silent', mayHaveRun: true });
    expect(started).toEqual(['first']);
  });

  it('is not run by the other when the first leaves', async () => {
    const { clock, started, held, first, outcome } = await shared();
    await first.goodbye('it was stopped');
    await held[Symbol.asyncDispose]();
    await clock.advance(8000);
    expect(await outcome).toMatchObject({ type: 'failed', mayHaveRun: true });
    expect(started).toEqual(['first']);
  });
});

describe('over a service that loses, doubles and reorders', () => {
  it.each([1, 2, 3, 4, 5])(
    'every invocation gets its own answer, and no handler starts twice (seed %i)',
    async (seed) => {
      const random = numbers(seed);
      const service = createMemoryService();
      const clock = manualClock();
      const starts = new Map<string, number>();
      await tunnel(service, clock, {
        invoked: async (given) => {
          starts.set(given.invocationId, (starts.get(given.invocationId) ?? 0) + 1);
          if (random() < 0.3) await new Promise<void>((resolve) => clock.after(random() * 3000, resolve));
          return reverse(given);
        },
      }).open();
      service.intercept = (channel, event) => {
        const copies = random() < 0.1 ? [] : random() < 0.1 ? [event, event] : [event];
        if (random() > 0.2) return copies;
        for (const copy of copies) clock.after(random() * 800, () => service.deliver(channel, copy));
        return [];
      };
      const stubs = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const link = stub(service, clock);
          await link.open();
          return link;
        }),
      );
      let wrong = 0;
      let failed = 0;
      for (let round = 0; round < 25; round++) {
        const outcomes = stubs.map(async (link) => {
          const event = Buffer.from(`${round}-${random()}`.repeat(random() < 0.2 ? 20_000 : 1));
          const outcome = await link.invoke(invocation(event, 30_000, clock.nowMs()));
          if (outcome.type === 'failed') failed += 1;
          else if (!body(outcome)?.equals(reversed(event))) wrong += 1;
        });
        const all = Promise.all(outcomes);
        await clock.advance(31_000);
        await all;
      }
      expect(wrong).toBe(0);
      expect([...starts.values()].every((count) => count === 1)).toBe(true);
      expect(failed).toBeLessThanOrEqual(1);
    },
  );

  it('gives a truthful error when nothing comes through any more', async () => {
    const { service, clock, invoke } = await met();
    service.intercept = () => [];
    const outcome = invoke('abc');
    await clock.advance(6500);
    expect(failure(await outcome)).toEqual({ failure: 'tunnel-silent', mayHaveRun: true });
  });
});

describe('a streamed response', () => {
  async function* blocks(count: number, bytes: number): AsyncGenerator<Uint8Array> {
    for (let block = 0; block < count; block++) yield Buffer.alloc(bytes, block);
  }

  async function collect(outcome: LinkOutcome): Promise<number[]> {
    if (outcome.type !== 'stream') throw new Error(`no stream but ${JSON.stringify(outcome)}`);
    const seen: number[] = [];
    for await (const part of outcome.body) for (let at = 0; at < part.length; at += 50_000) seen.push(part[at] ?? -1);
    return seen;
  }

  async function streams(reply: () => AsyncIterable<Uint8Array>) {
    const service = createMemoryService();
    const clock = manualClock();
    await tunnel(service, clock, {
      invoked: async () => ({ headers: { 'content-type': 'text/html' }, stream: reply() }),
    }).open();
    const link = stub(service, clock);
    await link.open();
    await clock.advance(0);
    return { service, clock, link };
  }

  /** Lets time pass until the work is done. */
  async function finish<T>(clock: ReturnType<typeof manualClock>, work: Promise<T>): Promise<T> {
    let done = false;
    void work
      .finally(() => {
        done = true;
      })
      .catch(() => {});
    for (let step = 0; !done && step < 2000; step++) await clock.advance(50);
    return work;
  }

  it('arrives in order and whole, with its headers', async () => {
    const { clock, link } = await streams(() => blocks(40, 100_000));
    const outcome = await finish(clock, link.invoke(invocation('{}', 600_000)));
    expect(outcome).toMatchObject({ type: 'stream', headers: { 'content-type': 'text/html' } });
    const seen = await finish(clock, collect(outcome));
    expect(seen.length).toBeGreaterThanOrEqual(80);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it('arrives whole over a service that loses, doubles and reorders', async () => {
    const { service, clock, link } = await streams(() => blocks(40, 100_000));
    let turn = 0;
    service.intercept = (channel, event) => {
      turn += 1;
      if (turn % 9 === 0) return [];
      if (turn % 7 === 0) return [event, event];
      if (turn % 5 !== 0) return [event];
      clock.after(300, () => service.deliver(channel, event));
      return [];
    };
    const outcome = await finish(clock, link.invoke(invocation('{}', 600_000)));
    const seen = await finish(clock, collect(outcome));
    expect(seen.length).toBeGreaterThanOrEqual(80);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it('is produced no faster than it is taken', async () => {
    let produced = 0;
    const { clock, link } = await streams(async function* endless() {
      for (;;) {
        produced += 100_000;
        yield Buffer.alloc(100_000);
      }
    });
    const outcome = await finish(clock, link.invoke(invocation('{}', 600_000)));
    await clock.advance(5000);
    expect(outcome.type).toBe('stream');
    // One window at the stub, one in the tunnel.
    expect(produced).toBeLessThan(2 * streamWindowBytes + 500_000);
  });

  it('that fails ends with the error of the function, after what it had written', async () => {
    const { clock, link } = await streams(async function* failing() {
      yield Buffer.from('so far');
      throw new StreamFailure(Buffer.from('{"errorType":"Late"}'));
    });
    const outcome = await finish(clock, link.invoke(invocation('{}', 600_000)));
    const parts: string[] = [];
    const reading = (async () => {
      if (outcome.type === 'stream') for await (const part of outcome.body) parts.push(Buffer.from(part).toString());
    })();
    await expect(finish(clock, reading)).rejects.toBeInstanceOf(BrokenStream);
    expect(parts).toEqual(['so far']);
  });

  it('whose tunnel dies ends in an error, not as if it were whole', async () => {
    const { service, clock, link } = await streams(async function* stuck() {
      yield Buffer.from('so far');
      await new Promise(() => {});
    });
    const outcome = await finish(clock, link.invoke(invocation('{}', 600_000)));
    service.intercept = () => [];
    const reading = collect(outcome);
    await expect(finish(clock, reading)).rejects.toMatchObject({
      name: 'BrokenStream',
      reason: { failure: 'tunnel-silent', mayHaveRun: true },
    });
  });
});
