import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEphemeralKey, deriveKeys } from '../handshake.ts';
import type { Message } from '../messages.ts';
import { createSealedSession, type SealedMessage } from '../sealed-session.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeHello } from '../wire/channel-event.ts';
import { announceEveryMs, oldKeysMs } from './timing.ts';
import { createTunnelCore, maxEnvironments, type TunnelEffect } from './tunnel-core.ts';

const instance = randomBytes(16);
const environmentId = randomBytes(16);
const attach: Message = {
  kind: 'attach',
  variables: {},
  credentials: undefined,
  facts: { runtime: 'nodejs22.x', memoryMb: 128, architecture: 'x86_64', initializationType: 'on-demand' },
};
const invoke = (invocationId = randomBytes(16), over: object = {}): Message => ({
  kind: 'invoke',
  invocationId,
  tunnelInstance: instance,
  remainingMs: 3000,
  headers: {},
  event: Buffer.from('{}'),
  credentials: undefined,
  confirmed: [],
  ...over,
});

function tunnel(admit: Parameters<typeof createTunnelCore>[0]['admit'] = () => undefined) {
  return createTunnelCore({
    instance,
    app: 'shop',
    session: 'default',
    release: '0.1.0',
    codecs: ['deflate', 'none'],
    owner: 'ann@laptop',
    identity: undefined,
    trust: undefined,
    admit,
    random: randomBytes,
  });
}

/** A stub that says what each test wants it to say. */
function stub(over: object = {}) {
  const key = createEphemeralKey(randomBytes(32));
  const hello = encodeHello({
    minVersion: 1,
    maxVersion: 1,
    codecs: ['deflate'],
    apiHost: 'h',
    region: 'r',
    app: 'shop',
    session: 'default',
    functionName: 'f',
    functionPath: 'Shop/Orders',
    environmentId,
    ephemeralKey: key.publicKey,
    nonce: randomBytes(16),
    release: '0.1.0',
    ...over,
  });
  return {
    hello: encodeChannelEvent({ kind: 'hello', bytes: hello }),
    session(effects: readonly TunnelEffect[]) {
      const event = decodeChannelEvent(published(effects)[0] ?? new Uint8Array());
      if (event.kind !== 'welcome') throw new Error(`a ${event.kind} instead of a Welcome`);
      const keys = deriveKeys({ own: key, theirs: event.welcome.ephemeralKey, hello, welcome: event.signed.body });
      return createSealedSession({ side: 'stub', version: 1, environmentId, codec: 'deflate', keys });
    },
  };
}

function published(effects: readonly TunnelEffect[]): readonly Uint8Array[] {
  return effects.flatMap((effect) => (effect.type === 'publish' ? effect.events : []));
}

function say(core: ReturnType<typeof tunnel>, sealed: SealedMessage, nowMs = 0): readonly TunnelEffect[] {
  return sealed.events
    .flatMap((event) => core.receive(event, nowMs))
    .flatMap((effect): readonly TunnelEffect[] => {
      if (effect.type !== 'check') return [effect];
      return core.peer(effect.environment.id)?.checked(effect.claim, { believed: true }, nowMs) ?? [];
    });
}

const kinds = (effects: readonly TunnelEffect[]) => effects.map(({ type }) => type);

describe('the tunnel of a session', () => {
  it('gives the same Hello the same Welcome, and another one other keys', () => {
    const core = tunnel();
    const first = stub();
    const welcome = published(core.receive(first.hello, 0));
    expect(published(core.receive(first.hello, 500))).toEqual(welcome);
    expect(published(core.receive(stub().hello, 600))).not.toEqual(welcome);
  });

  it('says for how long it has been alone: since it was announced, and anew after its connection broke', () => {
    const core = tunnel();
    const aloneForMs = (nowMs: number) => {
      const event = decodeChannelEvent(published(core.receive(stub().hello, nowMs))[0] ?? new Uint8Array());
      return event.kind === 'welcome' ? event.welcome.aloneForMs : undefined;
    };
    const told = [aloneForMs(1000)];
    core.announce(2000);
    told.push(aloneForMs(5000));
    core.connectionBroke(6000);
    told.push(aloneForMs(7000));
    core.announce(8000);
    expect([...told, aloneForMs(9000)]).toEqual([0, 3000, 0, 1000]);
  });

  it('starts an invocation id once, whatever it is sent under', () => {
    const core = tunnel();
    const first = stub();
    const id = randomBytes(16);
    const session = first.session(core.receive(first.hello, 0));
    say(core, session.seal(attach));
    expect(kinds(say(core, session.seal(invoke(id))))).toEqual(['invoke']);
    // Asked for again, it is said to be running.
    expect(kinds(say(core, session.seal(invoke(id))))).toEqual(['publish']);
    const again = stub();
    const later = again.session(core.receive(again.hello, 100));
    say(core, later.seal(attach));
    expect(kinds(say(core, later.seal(invoke(id))))).toEqual(['publish']);
    expect(kinds(say(core, later.seal(invoke())))).toEqual(['invoke']);
  });

  it('does not start what was withdrawn, not even when the withdrawal came first', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    say(core, session.seal(attach));
    const id = randomBytes(16);
    expect(kinds(say(core, session.seal({ kind: 'withdraw', invocationId: id })))).toEqual(['withdrawn']);
    expect(kinds(say(core, session.seal(invoke(id))))).toEqual([]);
  });

  it('does not start what a later event has overtaken, of which it need not remember anything then', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    say(core, session.seal(attach));
    const [late, first, second] = [session.seal(invoke()), session.seal(invoke()), session.seal(invoke())];
    expect(kinds(say(core, first))).toEqual(['invoke']);
    expect(say(core, late)).toEqual([{ type: 'dropped', reason: 'an Invoke that a later one has overtaken' }]);
    expect(kinds(say(core, second))).toEqual(['invoke']);
  });

  it('sends no result of what was withdrawn', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    const id = randomBytes(16);
    say(core, session.seal(attach));
    say(core, session.seal(invoke(id)));
    say(core, session.seal({ kind: 'withdraw', invocationId: id }));
    const result = {
      kind: 'result' as const,
      invocationId: id,
      headers: {},
      outcome: { type: 'response' as const, body: Buffer.from('1') },
    };
    expect(core.answer(environmentId.toString('hex'), result, 0)).toEqual([]);
  });

  it('takes over an environment that lost its keys only when it attaches with new ones', () => {
    const core = tunnel();
    const first = stub();
    const old = first.session(core.receive(first.hello, 0));
    say(core, old.seal(attach));
    const forged = stub();
    core.receive(forged.hello, 10);
    // Whoever only says Hello for a known environment changes nothing for it.
    expect(kinds(say(core, old.seal(invoke()), 20))).toEqual(['invoke']);
    const renewed = stub();
    const fresh = renewed.session(core.receive(renewed.hello, 30));
    expect(kinds(say(core, fresh.seal(attach), 40))).toEqual(['publish', 'attached']);
    expect(say(core, old.seal(invoke()), 50)).toMatchObject([
      { type: 'dropped', reason: 'a frame under unknown keys' },
    ]);
  });

  it('forgets offered keys that nobody used', () => {
    const core = tunnel();
    const first = stub();
    say(core, first.session(core.receive(first.hello, 0)).seal(attach));
    const late = stub();
    const fresh = late.session(core.receive(late.hello, 0));
    expect(say(core, fresh.seal(attach), oldKeysMs + 1)).toMatchObject([{ type: 'dropped' }]);
  });

  it('drops an Invoke that was meant for another tunnel', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    say(core, session.seal(attach));
    expect(say(core, session.seal(invoke(randomBytes(16), { tunnelInstance: randomBytes(16) })))).toMatchObject([
      { type: 'dropped', reason: 'an Invoke for another tunnel' },
    ]);
  });

  describe('beside another one of its session', () => {
    const another = (owner: string) =>
      createTunnelCore({
        instance: randomBytes(16),
        app: 'shop',
        session: 'default',
        release: '0.1.0',
        codecs: ['none'],
        owner,
        identity: undefined,
        trust: undefined,
        admit: () => undefined,
        random: randomBytes,
      });
    const announced = (effects: readonly TunnelEffect[]) =>
      effects.flatMap((effect) => (effect.type === 'announce' ? effect.events : []));
    const toldOf = (effects: readonly TunnelEffect[]) =>
      effects.flatMap((effect) => (effect.type === 'rival' ? [effect.here.owner] : []));

    it('is told who has come, and tells the newcomer at once that it is here', () => {
      const [first, second] = [another('ann@laptop'), another('bob@desk')];
      first.announce(0);
      const heard = announced(second.announce(1000)).flatMap((event) => first.receive(event, 1000));
      expect(toldOf(heard)).toEqual(['bob@desk']);
      const answered = announced(heard).flatMap((event) => second.receive(event, 1000));
      expect(answered).toMatchObject([{ type: 'rival', here: { owner: 'ann@laptop', ageMs: 1000 } }]);
    });

    it('is told of each once, and goes on to say from time to time that it is here', () => {
      const [first, second, third] = [another('ann@laptop'), another('bob@desk'), another('eve@home')];
      first.announce(0);
      const heard = (from: ReturnType<typeof another>, atMs: number) =>
        toldOf(announced(from.announce(atMs)).flatMap((event) => first.receive(event, atMs)));
      expect([heard(second, 100), heard(second, 6000), heard(third, 7000)]).toEqual([['bob@desk'], [], ['eve@home']]);
      expect(first.nextTickMs()).toBe(7000 + announceEveryMs);
    });

    it('says three times that it has come, should some of it be lost', () => {
      const first = another('ann@laptop');
      first.announce(0);
      const due: (number | undefined)[] = [];
      for (let at = first.nextTickMs(); at !== undefined; at = first.nextTickMs()) {
        due.push(at);
        expect(announced(first.tick(at))).toHaveLength(1);
      }
      expect(due).toEqual([1500, 3000]);
    });

    it('answers a newcomer as soon as it may where it has just spoken, and again where the answer may be lost', () => {
      const [first, second] = [another('ann@laptop'), another('bob@desk')];
      first.announce(0);
      const hear = (atMs: number) => announced(second.announce(atMs)).flatMap((event) => first.receive(event, atMs));
      expect(announced(hear(400))).toEqual([]);
      expect(first.nextTickMs()).toBe(1000);
      expect(announced(first.tick(1000))).toHaveLength(1);
      expect(announced(hear(2100))).toHaveLength(1);
    });

    it('does not answer more often than once a second, however many say that they are here', () => {
      const first = another('ann@laptop');
      first.announce(0);
      const answers = Array.from({ length: 100 }, (_, index) =>
        announced(announced(another('x').announce(0)).flatMap((event) => first.receive(event, 2000 + index))),
      ).flat();
      expect(answers).toHaveLength(1);
    });
  });

  it('counts the time of an invocation from its arrival, also when its Attach came later', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    const attaching = session.seal(attach);
    expect(kinds(say(core, session.seal(invoke()), 100))).toEqual([]);
    const effects = say(core, attaching, 900);
    expect(effects.find(({ type }) => type === 'invoke')).toMatchObject({ invocation: { deadlineMs: 3100 } });
  });

  it('refuses a stub with which it has no version in common, saying what to do', () => {
    const [publish, refused] = tunnel().receive(stub({ minVersion: 7, maxVersion: 9 }).hello, 0);
    expect(refused).toMatchObject({
      type: 'refused',
      refusal: {
        reason: 'version',
        text: 'the deployed stub speaks protocol 7 to 9, this tunnel 1: update the live-lambda command line',
      },
    });
    const event = decodeChannelEvent(published(publish ? [publish] : [])[0] ?? new Uint8Array());
    expect(event).toMatchObject({ kind: 'welcome', welcome: { version: 0, refusal: { reason: 'version' } } });
  });

  it('says goodbye to every environment that it knows', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    const other = stub({ environmentId: randomBytes(16) });
    core.receive(other.hello, 0);
    const effects = core.goodbye('stopped', 0);
    expect(effects).toHaveLength(2);
    const event = decodeChannelEvent(published(effects)[0] ?? new Uint8Array());
    expect(event.kind === 'frame' && session.open(event.frame, 0)).toMatchObject({
      state: 'message',
      message: { kind: 'goodbye', reason: 'stopped' },
    });
  });

  it('says before its goodbye what it has taken over, which no other tunnel may start', () => {
    const core = tunnel();
    const one = stub();
    const session = one.session(core.receive(one.hello, 0));
    say(core, session.seal(attach));
    const id = randomBytes(16);
    say(core, session.seal(invoke(id)));
    const said = published(core.goodbye('stopped', 0)).map((each) => {
      const event = decodeChannelEvent(each);
      const opened = event.kind === 'frame' ? session.open(event.frame, 0) : undefined;
      return opened?.state === 'message' ? opened.message : undefined;
    });
    expect(said).toMatchObject([{ kind: 'accepted', invocationId: id }, { kind: 'goodbye' }]);
  });

  it('forgets the quietest environment when there are too many, but none whose handler runs', () => {
    const core = tunnel();
    const first = stub();
    const session = first.session(core.receive(first.hello, 0));
    say(core, session.seal(attach));
    say(core, session.seal(invoke()));
    for (let other = 1; other <= maxEnvironments; other++)
      core.receive(stub({ environmentId: randomBytes(16) }).hello, other);
    expect(kinds(say(core, session.seal({ kind: 'ping', nonce: randomBytes(4) }), 2000))).toEqual(['publish']);
  });

  describe('that checks who attaches', () => {
    const unbelieved = {
      believed: false as const,
      errorType: 'LiveLambda.StubNotVerified',
      text: 'it is somebody else',
    };

    function claim(effects: readonly TunnelEffect[]) {
      const effect = effects.find((each) => each.type === 'check');
      if (effect?.type !== 'check') throw new Error('nothing to check');
      return effect.claim;
    }

    it('runs nothing and puts no keys in force before the check is done, and says meanwhile that it is there', () => {
      const core = tunnel();
      const one = stub();
      const session = one.session(core.receive(one.hello, 0));
      const held = claim(session.seal(attach).events.flatMap((event) => core.receive(event, 0)));
      const answered = session.seal(invoke()).events.flatMap((event) => core.receive(event, 10));
      expect(kinds(answered)).toEqual(['publish']);
      const peer = core.peer(environmentId.toString('hex'));
      expect(peer?.attached).toBe(false);
      expect(kinds(peer?.checked(held, { believed: true }, 2000) ?? [])).toEqual(['publish', 'attached', 'invoke']);
    });

    it('answers what waits with an error, and leaves the environment as it was, when the check fails', () => {
      const core = tunnel();
      const first = stub();
      const own = first.session(core.receive(first.hello, 0));
      say(core, own.seal(attach));
      const forged = stub();
      const strange = forged.session(core.receive(forged.hello, 10));
      const held = claim(
        strange
          .seal({ ...attach, variables: { EVIL: '1' } } as Message)
          .events.flatMap((event) => core.receive(event, 20)),
      );
      for (const event of strange.seal(invoke()).events) core.receive(event, 20);
      const effects = core.peer(environmentId.toString('hex'))?.checked(held, unbelieved, 30) ?? [];
      const event = decodeChannelEvent(published(effects)[0] ?? new Uint8Array());
      const opened = event.kind === 'frame' ? strange.open(event.frame, 30) : undefined;
      expect(opened).toMatchObject({ state: 'message', message: { kind: 'result', outcome: { type: 'error' } } });
      expect(kinds(say(core, own.seal(invoke()), 40))).toEqual(['invoke']);
    });

    it('checks what it refused once more with the next Invoke, since that comes without an Attach', () => {
      const core = tunnel();
      const one = stub();
      const session = one.session(core.receive(one.hello, 0));
      const given = { ...attach, variables: { TABLE: 'orders' } } as Message;
      const first = claim(session.seal(given).events.flatMap((event) => core.receive(event, 0)));
      for (const event of session.seal(invoke()).events) core.receive(event, 0);
      const peer = core.peer(environmentId.toString('hex'));
      peer?.checked(first, unbelieved, 10);
      const id = randomBytes(16);
      const effects = session.seal(invoke(id)).events.flatMap((event) => core.receive(event, 20));
      expect(kinds(effects)).toEqual(['check', 'publish']);
      expect(claim(effects).attach).toEqual(given);
      const run = peer?.checked(claim(effects), { believed: true }, 30) ?? [];
      expect(run.find(({ type }) => type === 'invoke')).toMatchObject({
        invocation: { invocationId: id.toString('hex'), attach: { variables: { TABLE: 'orders' } } },
      });
    });

    it('checks again when the credentials change', () => {
      const core = tunnel();
      const one = stub();
      const session = one.session(core.receive(one.hello, 0));
      say(core, session.seal(attach));
      const credentials = { accessKeyId: 'ASIA2', secretAccessKey: 's', sessionToken: 't' };
      const effects = session
        .seal(invoke(randomBytes(16), { credentials }))
        .events.flatMap((event) => core.receive(event, 10));
      expect(claim(effects).attach.credentials).toEqual(credentials);
    });

    it('checks new credentials that it refused once more with the next Invoke, and runs nothing on the old ones', () => {
      const core = tunnel();
      const one = stub();
      const session = one.session(core.receive(one.hello, 0));
      say(core, session.seal(attach));
      const credentials = { accessKeyId: 'ASIA2', secretAccessKey: 's', sessionToken: 't' };
      const receive = (message: Message) => session.seal(message).events.flatMap((event) => core.receive(event, 10));
      const peer = core.peer(environmentId.toString('hex'));
      peer?.checked(claim(receive(invoke(randomBytes(16), { credentials }))), unbelieved, 20);
      const again = claim(receive(invoke(randomBytes(16))));
      expect(again.attach.credentials).toEqual(credentials);
      const run = peer?.checked(again, { believed: true }, 30) ?? [];
      expect(run.find(({ type }) => type === 'invoke')).toMatchObject({ invocation: { attach: { credentials } } });
      expect(kinds(receive(invoke(randomBytes(16))))).toEqual(['invoke']);
    });

    it('starts nothing again that was checked for longer than the same under later keys took to be answered', () => {
      const core = tunnel();
      const id = randomBytes(16);
      const checkOf = (nowMs: number) => {
        const one = stub();
        const session = one.session(core.receive(one.hello, nowMs));
        const held = claim(session.seal(attach).events.flatMap((event) => core.receive(event, nowMs)));
        for (const event of session.seal(invoke(id, { remainingMs: 30_000 })).events) core.receive(event, nowMs);
        return { session, held };
      };
      core.receive(stub().hello, 0);
      const first = checkOf(10);
      const second = checkOf(5000);
      const peer = core.peer(environmentId.toString('hex'));
      expect(kinds(peer?.checked(second.held, { believed: true }, 5100) ?? [])).toContain('invoke');
      const result = { headers: {}, outcome: { type: 'response' as const, body: Buffer.from('{}') } };
      core.answer(environmentId.toString('hex'), { kind: 'result', invocationId: id, ...result }, 5200);
      expect(kinds(say(core, second.session.seal(invoke(randomBytes(16), { confirmed: [id] })), 5300))).toEqual([
        'invoke',
      ]);
      expect(peer?.checked(first.held, { believed: true }, 5400)).toEqual([]);
      expect(kinds(say(core, second.session.seal(invoke()), 5500))).toEqual(['invoke']);
    });

    it('does not forget an environment by the Goodbye of somebody who only said Hello for it', () => {
      const core = tunnel();
      const first = stub();
      const own = first.session(core.receive(first.hello, 0));
      say(core, own.seal(attach));
      const id = randomBytes(16);
      say(core, own.seal(invoke(id)));
      const forged = stub();
      const strange = forged.session(core.receive(forged.hello, 10));
      say(core, strange.seal({ kind: 'goodbye', reason: 'gone', final: undefined }), 20);
      expect(kinds(say(core, own.seal(invoke(id)), 30))).toEqual(['publish']);
    });
  });
});
