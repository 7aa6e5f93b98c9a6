import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
  newIdentity,
  pinned,
  pinnedStub,
  record,
  sessionChannel,
  upwards,
  type World,
  withOneBitOfEachByteChanged,
  world,
} from '../fixtures/attackers.ts';
import { invocation, reverse } from '../fixtures/link-fixture.ts';
import { hashHello, signedBytes } from '../handshake.ts';
import type { Message } from '../messages.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeWelcome } from '../wire/channel-event.ts';
import type { Checked } from './remote-environment.ts';
import { maxEnvironments } from './tunnel-core.ts';

const mallory = newIdentity();

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes of buffers that something still refers to. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe('a second developer who answers a Hello first', () => {
  it('is ignored, learns nothing, and the right tunnel is taken when it answers later', async () => {
    const w = world();
    const learned: unknown[] = [];
    const first = await w.tunnel(mallory, {
      check: async (_environment, claim): Promise<Checked> => {
        learned.push(claim);
        return { believed: true };
      },
    });
    await w.tunnel();
    w.service.intercept = (channel, event) => {
      const decoded = decodeChannelEvent(event);
      if (decoded.kind !== 'welcome' || Buffer.compare(decoded.welcome.identityKey, ann.publicKey) !== 0)
        return [event];
      w.clock.after(300, () => w.service.deliver(channel, event));
      return [];
    };
    const stub = await w.stub();
    expect(await call(w, stub)).toBe('cba');
    expect(learned).toEqual([]);
    expect(first.started).toEqual([]);
    expect(stub.dropped).toContain('a Welcome by a key that this function does not trust');
  });

  it('is named in the error when nobody else answers', async () => {
    const w = world();
    await w.tunnel(mallory);
    const { link } = await w.stub();
    const outcome = link.invoke(invocation('abc'));
    await w.clock.advance(3000);
    expect(await outcome).toMatchObject({
      failure: 'nobody-answered',
      mayHaveRun: false,
      detail: `a tunnel answered with a key that this function does not trust: ${mallory.fingerprint}`,
    });
  });

  it('cannot make the error grow by answering with ever other keys', async () => {
    const w = world();
    const stub = await w.stub();
    const crowd = Array.from({ length: 20 }, newIdentity);
    w.service.intercept = (channel, event) => {
      if (!upwards(channel)) return [event];
      for (const signer of crowd) w.service.deliver(stub.channel, welcomeFor(event, { signer }));
      return [event];
    };
    const outcome = stub.link.invoke(invocation('abc'));
    await w.clock.advance(3000);
    const failed = await outcome;
    expect(failed).toMatchObject({ failure: 'nobody-answered', detail: expect.stringContaining('and others') });
    expect(failed.type === 'failed' && failed.detail.length).toBeLessThan(250);
  });

  it("cannot put a colleague's key into the error without having it", async () => {
    const w = world();
    const colleague = newIdentity();
    const stub = await w.stub();
    w.service.intercept = (channel, event) => {
      if (!upwards(channel)) return [event];
      for (const named of [colleague, ann])
        w.service.deliver(stub.channel, welcomeFor(event, { signer: mallory, named }));
      return [event];
    };
    const outcome = stub.link.invoke(invocation('abc'));
    await w.clock.advance(3000);
    expect(await outcome).toMatchObject({ failure: 'nobody-answered', detail: '' });
  });

  it('cannot refuse in the name of the right tunnel', async () => {
    const w = world();
    await w.tunnel();
    const stub = await w.stub();
    w.service.intercept = (channel, event) => {
      if (upwards(channel) && kindOf(event) === 'hello') {
        const refusal = { reason: 'unknown-function', text: 'go away' } as const;
        w.service.deliver(stub.channel, welcomeFor(event, { signer: mallory, over: { version: 0, refusal } }));
      }
      return [event];
    };
    expect(await call(w, stub)).toBe('cba');
  });
});

/** An answer to a Hello, signed by whoever wants to. */
function welcomeFor(
  helloEvent: Uint8Array,
  given: { readonly signer: typeof ann; readonly named?: typeof ann; readonly over?: object },
): Uint8Array {
  const hello = decodeChannelEvent(helloEvent);
  if (hello.kind !== 'hello') return helloEvent;
  const { signer, named = signer, over = {} } = given;
  const body = encodeWelcome({
    version: 1,
    codec: 'none',
    tunnelInstance: randomBytes(16),
    aloneForMs: 0,
    ephemeralKey: forgeHello().key.publicKey,
    identityKey: named.publicKey,
    helloHash: hashOfHello(helloEvent),
    refusal: undefined,
    release: '0.1.0',
    ...over,
  });
  const signed = { body, signature: signer.sign(signedBytes(hello.bytes, body)) };
  return encodeChannelEvent({ kind: 'welcome', signed });
}

function hashOfHello(helloEvent: Uint8Array): Uint8Array {
  const decoded = decodeChannelEvent(helloEvent);
  return decoded.kind === 'hello' ? hashHello(decoded.bytes) : new Uint8Array(32);
}

function answers(welcomeEvent: Uint8Array, helloEvent: Uint8Array = new Uint8Array()): boolean {
  const decoded = decodeChannelEvent(welcomeEvent);
  return decoded.kind === 'welcome' && Buffer.compare(decoded.welcome.helloHash, hashOfHello(helloEvent)) === 0;
}

describe('a Welcome', () => {
  it('with the right key is refused when its signature is over another Hello', async () => {
    const w = world();
    const stub = await w.stub();
    w.service.intercept = (channel, event) => {
      if (!upwards(channel)) return [event];
      // Ann's tunnel has signed this for somebody else's Hello, in which everything else is as the stub wants it.
      const other = forgeHello({ environmentId: stub.environmentId }).event;
      const helloHash = hashOfHello(event);
      w.service.deliver(stub.channel, welcomeFor(other, { signer: ann, over: { helloHash } }));
      return [event];
    };
    expect(await call(w, stub)).toEqual({ failure: 'nobody-answered', mayHaveRun: false });
    expect(new Set(stub.dropped)).toEqual(new Set(['a Welcome whose signature is not by its key']));
  });

  it('of an earlier handshake is refused when it is replayed', async () => {
    const w = world();
    const recorded = record(w.service);
    const first = await w.tunnel();
    const stub = await w.stub();
    expect(await call(w, stub)).toBe('cba');
    const welcomes = recorded.filter(({ event }) => kindOf(event) === 'welcome');
    await first.goodbye('stopped');
    await w.clock.advance(0);
    await first.kill();
    w.service.intercept = (channel, event) => {
      if (upwards(channel)) for (const { event: old } of welcomes) w.service.deliver(stub.channel, old);
      return [event];
    };
    expect(await call(w, stub)).toEqual({ failure: 'nobody-answered', mayHaveRun: false });
    expect(stub.dropped).toContain('a Welcome for another Hello');
    expect(welcomes).toHaveLength(1);
  });

  it('that is replayed to a stub that has attached changes nothing', async () => {
    const w = world();
    const recorded = record(w.service);
    await w.tunnel();
    const stub = await w.stub();
    await w.clock.advance(0);
    for (const { channel, event } of recorded) if (kindOf(event) === 'welcome') w.service.deliver(channel, event);
    await w.clock.advance(0);
    recorded.length = 0;
    expect(await call(w, stub)).toBe('cba');
    const kinds = recorded.map(({ event }) => kindOf(event)).filter((kind) => kind !== 'tunnel-here');
    expect(kinds).toEqual(['frame', 'frame']);
  });

  it.each([
    ['byte', withOneBitOfEachByteChanged],
    ['length', cutOff],
  ])('and a Hello may come first with every other %s: the right ones are taken', async (_what, damaged) => {
    const w = world();
    const environments = new Set<string>();
    await w.tunnel(ann, {
      invoked: (given) => {
        environments.add(`${given.environment.hello.functionPath} ${given.environment.id}`);
        return reverse(given);
      },
    });
    const damagedOnes = new Map<string, Uint8Array>();
    w.service.intercept = (_channel, event) => {
      const kind = kindOf(event);
      // What answers a damaged Hello is for nobody: the first Hello and the answer to it are damaged.
      const before = kind === 'hello' ? event : damagedOnes.get('hello');
      if (
        kind === 'frame' ||
        kind === 'tunnel-here' ||
        damagedOnes.has(kind) ||
        (kind === 'welcome' && !answers(event, before))
      )
        return [event];
      damagedOnes.set(kind, event);
      return [...damaged(event), event];
    };
    const stub = await w.stub();
    expect(await call(w, stub)).toBe('cba');
    expect([...environments]).toEqual([`Shop/Orders ${Buffer.from(stub.environmentId).toString('hex')}`]);
    expect([...damagedOnes.keys()].sort()).toEqual(['hello', 'welcome']);
  });
});

describe('a forged stub', () => {
  const unbelieved: Checked = { believed: false, errorType: 'LiveLambda.StubNotVerified', text: 'somebody else' };

  /** A tunnel that believes only the environments that it is told of, and what it said of them. */
  async function guarded(w: World) {
    const believed = new Set<string>();
    const told: string[] = [];
    const held = await w.tunnel(ann, {
      // Takes its time, as STS does.
      check: ({ id }) =>
        new Promise((resolve) => w.clock.after(20, () => resolve(believed.has(id) ? { believed: true } : unbelieved))),
      attached: () => told.push('attached'),
      withdrawn: () => told.push('withdrawn'),
    });
    return { ...held, told, believe: (id: Uint8Array) => believed.add(Buffer.from(id).toString('hex')) };
  }

  it('that says Hello in the name of a function starts nothing, and is told so when it wants to', async () => {
    const w = world();
    const held = await guarded(w);
    const forged = await forgedStub(w.service);
    await forged.sayHello();
    await w.clock.advance(0);
    await forged.say(attach);
    await forged.say(invoke(forged.instance));
    await w.clock.advance(1000);
    expect(held.started).toEqual([]);
    expect(held.told).toEqual([]);
    const [result] = forged.heard.filter(({ kind }) => kind === 'result');
    expect(result).toMatchObject({ outcome: { type: 'error' } });
  });

  it('is none where the check failed for a while: its next event runs without a wait for silence', async () => {
    const w = world();
    const held = await guarded(w);
    const stub = await w.stub();
    expect(await call(w, stub)).toContain('somebody else');
    held.believe(stub.environmentId);
    const outcome = stub.link.invoke(invocation('def', 30_000, w.clock.nowMs()));
    await w.clock.advance(200);
    expect(held.started).toHaveLength(1);
    expect(await outcome).toMatchObject({ type: 'result' });
  });

  it('that takes the id of an environment leaves that one as it was', async () => {
    const w = world();
    const held = await guarded(w);
    const stub = await w.stub();
    held.believe(stub.environmentId);
    expect(await call(w, stub)).toBe('cba');
    const forged = await forgedStub(w.service, { environmentId: stub.environmentId });
    await forged.sayHello();
    await w.clock.advance(0);
    await forged.say({ kind: 'goodbye', reason: 'gone', final: undefined });
    await forged.say({ kind: 'withdraw', invocationId: randomBytes(16) });
    await forged.say(invoke(forged.instance));
    await w.clock.advance(1000);
    expect(await call(w, stub, 'def', 0)).toBe('fed');
    expect(held.told).toEqual(['attached']);
    expect(held.started).toHaveLength(2);
  });

  it('that has proved nothing withdraws nothing, and fills no memory with ids', async () => {
    const w = world();
    const held = await guarded(w);
    const forged = await forgedStub(w.service);
    await forged.sayHello();
    await w.clock.advance(0);
    for (let sent = 0; sent < 100; sent++) await forged.say({ kind: 'withdraw', invocationId: randomBytes(16) });
    await w.clock.advance(0);
    expect(held.told).toEqual([]);
  });

  it('that has proved nothing does not have its events kept, which are small on the wire and large here', async () => {
    const w = world();
    const held = await guarded(w);
    const before = heldBytes();
    for (let forged = 0; forged < 20; forged++) {
      const stub = await forgedStub(w.service);
      await stub.sayHello();
      await w.clock.advance(0);
      await stub.say({ ...invoke(stub.instance), event: Buffer.alloc(6_000_000) } as Message);
      await w.clock.advance(0);
    }
    await expect.poll(() => heldBytes() - before).toBeLessThan(40_000_000);
    expect(held.started).toEqual([]);
  });

  it('is told apart from a stub whose Attach was lost: a large event runs without another handshake', async () => {
    const w = world();
    const recorded = record(w.service);
    const held = await guarded(w);
    // The Attach, twice, and the first half of the event that goes out with it.
    let lost = 0;
    const before = w.service.intercept;
    w.service.intercept = (channel, event) => {
      const frame = upwards(channel) && kindOf(event) === 'frame';
      lost += frame ? 1 : 0;
      return before(channel, event).filter(() => !frame || lost > 6);
    };
    const stub = await w.stub();
    held.believe(stub.environmentId);
    const event = randomBytes(1_400_000);
    const outcome = stub.link.invoke(invocation(event, 30_000, w.clock.nowMs()));
    await w.clock.advance(3000);
    const ended = await outcome;
    expect(ended.type === 'result' && Buffer.from(event).reverse().equals(ended.result.outcome.body)).toBe(true);
    expect(held.started).toHaveLength(1);
    expect(recorded.filter((each) => kindOf(each.event) === 'hello')).toHaveLength(1);
  });

  it('is refused although it took its event back: that one is not started, whoever it is of', async () => {
    const w = world();
    const held = await guarded(w);
    const [honest, forged] = [await forgedStub(w.service), await forgedStub(w.service)];
    held.believe(honest.hello.environmentId);
    for (const stub of [honest, forged]) {
      await stub.sayHello();
      await w.clock.advance(0);
      const invocationId = randomBytes(16);
      // The check is under way, and the withdrawal has overtaken its event.
      await stub.say(attach);
      await stub.say({ kind: 'withdraw', invocationId });
      await stub.say(invoke(stub.instance, invocationId));
    }
    await w.clock.advance(1000);
    expect(held.started).toEqual([]);
    expect(held.told).toEqual(['attached']);
  });

  it('that names another function with the id of an environment cannot shut that one out for good', async () => {
    const w = world();
    const checked: string[] = [];
    await w.tunnel(ann, {
      check: async ({ hello }) => {
        checked.push(hello.functionPath);
        return hello.functionPath === 'Shop/Orders' ? { believed: true } : unbelieved;
      },
    });
    const environmentId = randomBytes(16);
    const forged = await forgedStub(w.service, { environmentId, functionPath: 'Shop/Quotes' });
    await forged.sayHello();
    await w.clock.advance(0);
    await forged.say(attach);
    await w.clock.advance(0);
    const stub = await pinnedStub({ service: w.service, clock: w.clock, trust: pinned(ann), environmentId });
    expect(await call(w, stub)).toBe('cba');
    expect(checked).toEqual(['Shop/Quotes', 'Shop/Orders']);
  });

  it('that says Hello a thousand times does not make the tunnel forget an environment that has proved itself', async () => {
    const w = world();
    await w.tunnel();
    const stub = await w.stub();
    expect(await call(w, stub)).toBe('cba');
    // Longer ago than its result could be asked for.
    await w.clock.advance(60_000);
    const { key } = forgeHello();
    for (let said = 0; said <= maxEnvironments; said++) w.service.deliver(sessionChannel, forgeHello({}, key).event);
    await w.clock.advance(0);
    const recorded = record(w.service);
    expect(await call(w, stub, 'def')).toBe('fed');
    expect(recorded.map(({ event }) => kindOf(event))).toEqual(['frame', 'frame']);
  });
});

describe('a thousand environments that attach', () => {
  it('do not make the tunnel forget what it has run, while its result may be asked for', async () => {
    const w = world();
    const held = await w.tunnel();
    const stub = await w.stub();
    await w.clock.advance(0);
    // The handler runs, and its result is lost; the stub will ask for it.
    w.service.intercept = (channel, event) => (upwards(channel) ? [event] : []);
    const outcome = stub.link.invoke(invocation('abc', 30_000, w.clock.nowMs()));
    await w.clock.advance(100);
    w.service.intercept = (channel, event) => (channel === stub.channel ? [] : [event]);
    const { key } = forgeHello();
    for (let others = 0; others <= maxEnvironments; others++) {
      const other = await forgedStub(w.service, {}, key);
      await other.sayHello();
      await w.clock.advance(0);
      await other.say(attach);
    }
    w.service.intercept = (_channel, event) => [event];
    await w.clock.advance(10_000);
    expect(answerOf(await outcome)).toBe('cba');
    expect(held.started).toHaveLength(1);
  });
});
