import { describe, expect, it } from 'vitest';
import { ann, answerOf, attach, forgedStub, invoke } from '../fixtures/attackers.ts';
import { bob, gated, sharedSession } from '../fixtures/session-fixture.ts';
import type { Message } from '../messages.ts';
import type { TunnelLinkEvents } from './tunnel-link.ts';

/** Ann's tunnel, which runs an environment's event; and Bob's, which has asked for the session. */
async function handingOver(check?: TunnelLinkEvents['check']) {
  const session = sharedSession();
  const handler = gated();
  const first = await session.tunnel('ann@laptop', ann, { invoked: handler.invoked, ...(check && { check }) });
  const stub = await session.stub();
  await session.clock.advance(1000);
  const second = await session.tunnel('bob@desk', bob);
  await session.clock.advance(1000);
  const outcome = stub.link.invoke(session.event('abc', 20_000));
  await session.clock.advance(500);
  await second.link.takeOver();
  await session.clock.advance(0);
  return { session, handler, first, second, stub, outcome };
}

describe('a tunnel that hands its session over', () => {
  it.each<readonly [string, (instance: Uint8Array) => Message]>([
    ['an event', (instance) => invoke(instance)],
    ['a Ping', () => ({ kind: 'ping', nonce: new Uint8Array(16) })],
  ])('gives up nothing that runs for %s of whoever says Hello in the name of its environment', async (_what, make) => {
    const { session, handler, first, stub, outcome } = await handingOver();
    const forged = await forgedStub(session.service, { environmentId: stub.environmentId });
    await forged.sayHello();
    await session.clock.advance(0);
    await forged.say(make(forged.instance));
    await session.clock.advance(0);
    handler.finish();
    await session.clock.advance(0);
    expect(answerOf(await outcome)).toBe('cba');
    expect(first.started).toEqual(['abc']);
  });

  it('starts nothing that an environment begins under new keys, whose check was not over when it came', async () => {
    let checks = 0;
    const later: (() => void)[] = [];
    const { session, handler, first, stub } = await handingOver(() => {
      checks += 1;
      return new Promise((resolve) => {
        if (checks === 1) resolve({ believed: true });
        else later.push(() => resolve({ believed: true }));
      });
    });
    // The environment has given up what it asked for, and begins anew.
    const again = await forgedStub(session.service, { environmentId: stub.environmentId });
    await again.sayHello();
    await session.clock.advance(0);
    await again.say(attach);
    await session.clock.advance(0);
    await again.say(invoke(again.instance));
    await session.clock.advance(0);
    for (const done of later) done();
    await session.clock.advance(0);
    expect(first.started).toEqual(['abc']);
    expect(again.heard.at(-1)).toMatchObject({ kind: 'goodbye' });
    handler.finish();
  });

  it('ends when the environment is gone that it waits for', async () => {
    const session = sharedSession();
    const first = await session.tunnel('ann@laptop', ann, { invoked: gated().invoked });
    const environment = await forgedStub(session.service);
    await environment.sayHello();
    await session.clock.advance(0);
    await environment.say(attach);
    await environment.say(invoke(environment.instance));
    await session.clock.advance(1000);
    const second = await session.tunnel('bob@desk', bob);
    await session.clock.advance(1000);
    await second.link.takeOver();
    await session.clock.advance(0);
    expect(first.told.at(-1)).toEqual(['handing over', 'bob@desk', 1]);
    await environment.say({ kind: 'goodbye', reason: 'the environment ends', final: undefined });
    await session.clock.advance(0);
    expect(first.told.at(-1)).toEqual(['handed over', 'bob@desk', 1]);
  });
});
