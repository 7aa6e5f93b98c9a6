import { describe, expect, it } from 'vitest';
import { invocation, manualClock, reverse, stub, tunnel } from '../fixtures/link-fixture.ts';
import { createMemoryService } from '../memory-channel.ts';
import type { TunnelInvocation } from './remote-environment.ts';
import type { Failed } from './stub-state.ts';

const upwards = (channel: string) => channel.startsWith('/to-tunnel');

/** A stub on a service of its own, and how long its looks take. */
async function stubAlone() {
  const service = createMemoryService();
  const clock = manualClock();
  const link = stub(service, clock);
  let published = 0;
  service.intercept = (channel, event) => {
    if (upwards(channel)) published += 1;
    return [event];
  };
  return {
    service,
    clock,
    link,
    /** Events that the stub has published since this was asked last. */
    published: () => {
      const count = published;
      published = 0;
      return count;
    },
    async look(remainingMs = 30_000): Promise<{ absence: Failed | undefined; tookMs: number }> {
      const beganMs = clock.nowMs();
      let told: { absence: Failed | undefined; tookMs: number } | undefined;
      void link.look(beganMs + remainingMs).then((absence) => {
        told = { absence, tookMs: clock.nowMs() - beganMs };
      });
      for (let step = 0; !told && step < 2000; step += 1) await clock.advance(step === 0 ? 0 : 1);
      if (!told) throw new Error('the look was not answered');
      return told;
    },
  };
}

describe('a stub that looks for a tunnel', () => {
  it('finds one at once after it was heard of, without a word', async () => {
    const { service, clock, link, look, published } = await stubAlone();
    await tunnel(service, clock).open();
    await link.open();
    await clock.advance(0);
    published();
    expect(await look()).toEqual({ absence: undefined, tookMs: 0 });
    expect(published()).toBe(0);
  });

  it('finds it again after ten seconds with one Ping', async () => {
    const { service, clock, link, look, published } = await stubAlone();
    await tunnel(service, clock).open();
    await link.open();
    await clock.advance(10_000);
    published();
    expect(await look()).toEqual({ absence: undefined, tookMs: 0 });
    expect(published()).toBe(1);
    const outcome = link.invoke(invocation('abc', 30_000, clock.nowMs()));
    await clock.advance(0);
    expect(await outcome).toMatchObject({ type: 'result' });
  });

  it('finds one that was started anew, which has not got its keys', async () => {
    const { service, clock, link, look } = await stubAlone();
    const killed = service.connect();
    await tunnel(service, clock, {}, undefined, killed).open();
    await link.open();
    await clock.advance(10_000);
    await killed[Symbol.asyncDispose]();
    await tunnel(service, clock, { invoked: reverse }).open();
    expect(await look()).toEqual({ absence: undefined, tookMs: 150 });
    const outcome = link.invoke(invocation('abc', 30_000, clock.nowMs()));
    await clock.advance(0);
    expect(await outcome).toMatchObject({ type: 'result' });
  });

  it('gives up after 300 ms where nobody is there, and remembers that', async () => {
    const { clock, link, look, published } = await stubAlone();
    await link.open();
    await clock.advance(0);
    expect(await look()).toMatchObject({ absence: { failure: 'nobody-answered', mayHaveRun: false }, tookMs: 300 });
    published();
    expect(await look()).toMatchObject({ absence: { failure: 'nobody-answered' }, tookMs: 0 });
    expect(published()).toBe(0);
    await clock.advance(10_000);
    expect(await look()).toMatchObject({ absence: { failure: 'nobody-answered' }, tookMs: 0 });
    expect(published()).toBe(1);
  });

  it('spends no more than a tenth of the time that is left', async () => {
    const { clock, link, look } = await stubAlone();
    await link.open();
    await clock.advance(0);
    expect((await look(1000)).tookMs).toBe(100);
  });

  it('finds a tunnel that came later by the Hello that it does not wait for', async () => {
    const { service, clock, link, look } = await stubAlone();
    await link.open();
    await look();
    await tunnel(service, clock).open();
    await clock.advance(10_000);
    expect((await look()).absence).toBeDefined();
    await clock.advance(0);
    expect(await look()).toEqual({ absence: undefined, tookMs: 0 });
  });

  it('knows at once when a tunnel has left', async () => {
    const { service, clock, link, look } = await stubAlone();
    const held = tunnel(service, clock);
    await held.open();
    await link.open();
    await clock.advance(0);
    await held.goodbye('it was stopped');
    await clock.advance(0);
    expect(await look()).toMatchObject({ absence: { failure: 'tunnel-left', detail: 'it was stopped' }, tookMs: 0 });
    // A Hello went out since, and nobody answered.
    expect(await look()).toMatchObject({ absence: { failure: 'nobody-answered' }, tookMs: 0 });
  });

  it('takes a tunnel that does not serve this function for none, and says why', async () => {
    const { service, clock, link, look } = await stubAlone();
    await tunnel(service, clock, {}, () => ({ reason: 'unknown-function', text: 'synthesize again' })).open();
    await link.open();
    await clock.advance(0);
    expect(await look()).toMatchObject({ absence: { failure: 'tunnel-refused', detail: 'synthesize again' } });
    expect(await look()).toMatchObject({ absence: { failure: 'tunnel-refused' }, tookMs: 0 });
  });

  it('is told by a tunnel that serves its function no more, before it publishes anything of its event', async () => {
    const { service, clock, link, look } = await stubAlone();
    let isLive = true;
    const admit = () => (isLive ? undefined : { reason: 'unknown-function' as const, text: 'synthesize again' });
    const started: string[] = [];
    const invoked = (given: TunnelInvocation) => {
      started.push(given.invocationId);
      return reverse(given);
    };
    await tunnel(service, clock, { invoked }, admit).open();
    await link.open();
    await clock.advance(10_000);
    isLive = false;
    expect(await look()).toMatchObject({ absence: { failure: 'tunnel-left', detail: 'synthesize again' }, tookMs: 0 });
    expect(started).toEqual([]);
    isLive = true;
    await clock.advance(10_000);
    await look();
    expect(await look()).toEqual({ absence: undefined, tookMs: 0 });
  });

  it('takes no event after the first to a tunnel that serves its function no more', async () => {
    const { service, clock, link, look } = await stubAlone();
    let isLive = true;
    const admit = () => (isLive ? undefined : { reason: 'unknown-function' as const, text: 'synthesize again' });
    await tunnel(service, clock, {}, admit).open();
    await link.open();
    await clock.advance(0);
    isLive = false;
    // Heard of a moment ago: that it is gone, it only says now.
    expect((await look()).absence).toBeUndefined();
    const answered = link.invoke(invocation('abc', 30_000, clock.nowMs()));
    await clock.advance(0);
    expect(await answered).toMatchObject({ type: 'result' });
    expect((await look()).absence).toMatchObject({ failure: 'tunnel-left', detail: 'synthesize again' });
  });

  it('waits a second at most for the connection to stand', async () => {
    const { look } = await stubAlone();
    expect(await look()).toMatchObject({ absence: { failure: 'nobody-answered' }, tookMs: 1000 });
  });
});
