import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEphemeralKey, deriveKeys, hashHello } from '../handshake.ts';
import type { Attach, Message } from '../messages.ts';
import { maxSegmentBytes } from '../packing.ts';
import { createSealedSession, type SealedSession } from '../sealed-session.ts';
import { decodeChannelEvent, encodeChannelEvent, encodeHello, encodeWelcome } from '../wire/channel-event.ts';
import { createStubCore } from './stub-core.ts';
import { keepResultMs, longestRemainingMs } from './timing.ts';
import { createTunnelCore } from './tunnel-core.ts';

const environmentId = randomBytes(16);
const tunnelInstance = randomBytes(16);
const threeSegments = randomBytes(2 * maxSegmentBytes + 1);
const attach: Attach = {
  kind: 'attach',
  variables: {},
  credentials: undefined,
  facts: { runtime: 'nodejs22.x', memoryMb: 128, architecture: 'x86_64', initializationType: 'on-demand' },
};
const names = {
  ...{ apiHost: 'h', region: 'r', app: 'shop', session: 'default', functionName: 'f', functionPath: 'F' },
  ...{ environmentId, release: '0.1.0' },
};

interface Effect {
  readonly type: string;
  readonly events?: readonly Uint8Array[];
}

const published = (effects: readonly Effect[]) => effects.flatMap(({ events }) => events ?? []);

function frame(event: Uint8Array | undefined) {
  const decoded = decodeChannelEvent(event ?? new Uint8Array(0));
  return decoded.kind === 'frame' ? decoded.frame : expect.fail(`a ${decoded.kind} instead of a frame`);
}

/** A question for segments of a message, the same ones ten thousand times. */
function greedy(message: number, invocationId: Uint8Array): Message {
  const missing = Array.from({ length: 10_000 }, (_, index) => index % 2);
  return { kind: 'progress', message, missing, invocationId, ask: true, remainingMs: 0, aboutMessage: 0 };
}

/** A stub whose invocation is out, and the session of the tunnel that it talks to. */
function stubWithInvocation() {
  const stub = createStubCore({
    identity: names,
    codecs: ['none'],
    attachment: () => attach,
    trust: undefined,
    random: randomBytes,
  });
  const decoded = decodeChannelEvent(published(stub.subscribed(0))[0] ?? new Uint8Array(0));
  if (decoded.kind !== 'hello') expect.fail('no Hello');
  const key = createEphemeralKey(randomBytes(32));
  const body = encodeWelcome({
    ...{ version: 1, codec: 'none', tunnelInstance, aloneForMs: 0, ephemeralKey: key.publicKey, release: '0.1.0' },
    ...{ identityKey: new Uint8Array(0), helloHash: hashHello(decoded.bytes), refusal: undefined },
  });
  const keys = deriveKeys({ own: key, theirs: decoded.hello.ephemeralKey, hello: decoded.bytes, welcome: body });
  stub.invoke({ headers: {}, event: threeSegments, deadlineMs: 30_000 }, 0);
  const welcome = encodeChannelEvent({ kind: 'welcome', signed: { body, signature: new Uint8Array(0) } });
  const said = published(stub.receive(welcome, 0));
  const session = createSealedSession({ side: 'tunnel', version: 1, environmentId, codec: 'none', keys });
  return { stub, session, number: frame(said.at(-1)).header.message };
}

/** A tunnel that runs an invocation, and the session of the stub that asked for it. */
function tunnelWithInvocation(remainingMs: number) {
  const tunnel = createTunnelCore({
    ...{
      instance: tunnelInstance,
      app: 'shop',
      session: 'default',
      release: '0.1.0',
      codecs: ['none'],
      owner: 'ann@laptop',
      identity: undefined,
    },
    ...{ trust: undefined, admit: () => undefined, random: randomBytes },
  });
  const key = createEphemeralKey(randomBytes(32));
  const hello = encodeHello({
    ...names,
    ...{ minVersion: 1, maxVersion: 1, codecs: ['none'], ephemeralKey: key.publicKey, nonce: randomBytes(16) },
  });
  const answer = decodeChannelEvent(
    published(tunnel.receive(encodeChannelEvent({ kind: 'hello', bytes: hello }), 0))[0] ?? new Uint8Array(0),
  );
  if (answer.kind !== 'welcome') expect.fail('no Welcome');
  const keys = deriveKeys({ own: key, theirs: answer.welcome.ephemeralKey, hello, welcome: answer.signed.body });
  const session = createSealedSession({ side: 'stub', version: 1, environmentId, codec: 'none', keys });
  const id = environmentId.toString('hex');
  const say = (by: SealedSession, message: Message) =>
    by.seal(message).events.flatMap((event) => tunnel.receive(event, 0));
  const [check] = say(session, attach);
  if (check?.type !== 'check') expect.fail('the Attach was not taken');
  tunnel.peer(id)?.checked(check.claim, { believed: true }, 0);
  const invocationId = randomBytes(16);
  const rest = { headers: {}, event: Buffer.from('1'), credentials: undefined, confirmed: [] };
  const effects = say(session, { kind: 'invoke', invocationId, tunnelInstance, remainingMs, ...rest });
  const result = {
    kind: 'result',
    invocationId,
    headers: {},
    outcome: { type: 'response', body: threeSegments },
  } as const;
  return {
    tunnel,
    effects,
    say: (message: Message) => say(session, message),
    answer: () => tunnel.answer(id, result, 0),
    invocationId,
  };
}

describe('a peer that says what none should', () => {
  it('gets each segment of an invocation once, however often it names it', () => {
    const { stub, session, number } = stubWithInvocation();
    const asking = session.seal(greedy(number, randomBytes(16)));
    const again = published(asking.events.flatMap((event) => stub.receive(event, 0)));
    expect(again.map((event) => frame(event).header.index)).toEqual([0, 1]);
  });

  it('gets each segment of a result once, however often it names it', () => {
    const { say, answer, invocationId } = tunnelWithInvocation(3000);
    const { message } = frame(published(answer())[0]).header;
    expect(published(say(greedy(message, invocationId))).map((event) => frame(event).header.index)).toEqual([0, 1]);
  });

  it('is not believed that a function has more time than any has, and its result is not kept for longer', () => {
    const { tunnel, effects, answer } = tunnelWithInvocation(2 ** 32 - 1);
    expect(effects).toMatchObject([{ type: 'invoke', invocation: { deadlineMs: longestRemainingMs } }]);
    answer();
    expect(tunnel.nextTickMs()).toBe(longestRemainingMs + keepResultMs);
  });
});
