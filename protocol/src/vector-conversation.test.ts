import { describe, expect, it } from 'vitest';
import { stubChannel, tunnelChannel } from './channel-names.ts';
import { bytesOf, hex, legible, revived, vectors } from './fixtures/golden-vectors.ts';
import { createEphemeralKey, deriveKeys } from './handshake.ts';
import { createIdentity, verifySignature } from './identity.ts';
import { createStubCore } from './link/stub-core.ts';
import type { StubEffect } from './link/stub-state.ts';
import { acceptAfterMs } from './link/timing.ts';
import { createTunnelCore, type TunnelEffect } from './link/tunnel-core.ts';
import type { Attach, Hello, Invoke, Message, Result, Welcome } from './messages.ts';
import { createSealedSession } from './sealed-session.ts';
import { decodeChannelEvent, encodeHello, encodeWelcome } from './wire/channel-event.ts';

describe('the golden conversation', () => {
  interface Step {
    readonly from: 'stub' | 'tunnel';
    readonly channel: string;
    readonly events: readonly string[];
    readonly hello?: unknown;
    readonly welcome?: unknown;
    readonly message?: unknown;
    readonly ephemeralSecret?: string;
    readonly identitySecret?: string;
  }
  const steps = vectors<Step>('conversation');
  const [first, second, attachStep, invokeStep, attachAccepted, invokeAccepted, resultStep] = steps.map((step) => ({
    ...step,
    events: step.events.map(bytesOf),
  }));
  const hello = revived<Hello>(first!.hello);
  const welcome = revived<Welcome>(second!.welcome);
  const attach = revived<Attach>(attachStep!.message);
  const invoke = revived<Invoke>(invokeStep!.message);
  const result = revived<Result>(resultStep!.message);
  const stubSecret = bytesOf(first!.ephemeralSecret!);
  const tunnelSecret = bytesOf(second!.ephemeralSecret!);
  const identity = createIdentity(bytesOf(second!.identitySecret!));

  const published = (effects: readonly (StubEffect | TunnelEffect)[]) =>
    effects.flatMap((effect) => (effect.type === 'publish' ? effect.events.map(hex) : []));
  const said = (...given: (typeof first)[]) => given.flatMap((step) => step!.events.map(hex));

  it('goes over the channels of the session and of the environment', () => {
    for (const step of steps)
      expect(step.channel).toBe(step.from === 'stub' ? tunnelChannel(hello) : stubChannel(hello));
  });

  it('is sealed as it says under the keys of its handshake, and opened', () => {
    const stubKey = createEphemeralKey(stubSecret);
    const theirs = createEphemeralKey(tunnelSecret).publicKey;
    const keys = deriveKeys({ own: stubKey, theirs, hello: encodeHello(hello), welcome: encodeWelcome(welcome) });
    const { version, codec } = welcome;
    const { environmentId } = hello;
    const stub = createSealedSession({ side: 'stub', version, environmentId, codec, keys });
    const tunnel = createSealedSession({ side: 'tunnel', version, environmentId, codec, keys });
    for (const { from, events, message } of steps.slice(2)) {
      const [sender, receiver] = from === 'stub' ? [stub, tunnel] : [tunnel, stub];
      expect(sender.seal(revived<Message>(message)).events.map(hex)).toEqual(events);
      const opened = events.map((event) => {
        const decoded = decodeChannelEvent(bytesOf(event));
        return decoded.kind === 'frame' ? receiver.open(decoded.frame, 0) : expect.fail('not a frame');
      });
      expect(legible(opened.at(-1))).toEqual({ state: 'message', message, firstMs: 0 });
    }
  });

  it('is what a stub says and understands', () => {
    const random = [stubSecret, hello.nonce, invoke.invocationId];
    const stub = createStubCore({
      identity: hello,
      codecs: hello.codecs,
      attachment: () => attach,
      trust: {
        trusts: (key) => hex(key) === hex(identity.publicKey),
        verify: verifySignature,
        fingerprint: () => identity.fingerprint,
      },
      random: () => random.shift() ?? expect.fail('more randomness than the conversation has'),
    });
    expect(published(stub.subscribed(0))).toEqual(said(first));
    const { headers, event, remainingMs } = invoke;
    stub.invoke({ headers, event, deadlineMs: remainingMs }, 0);
    expect(published(stub.receive(second!.events[0]!, 0))).toEqual(said(attachStep, invokeStep));
    for (const step of [attachAccepted, invokeAccepted]) stub.receive(step!.events[0]!, 0);
    expect(legible(stub.receive(resultStep!.events[0]!, 0))).toEqual([
      { type: 'settle', outcome: { type: 'result', result: resultStep!.message } },
    ]);
  });

  it('is what a tunnel says and understands', () => {
    const tunnel = createTunnelCore({
      instance: welcome.tunnelInstance,
      app: hello.app,
      session: hello.session,
      release: welcome.release,
      codecs: ['deflate', 'none'],
      owner: 'ann@laptop',
      identity,
      trust: undefined,
      admit: () => undefined,
      random: () => tunnelSecret,
    });
    expect(published(tunnel.receive(first!.events[0]!, 0))).toEqual(said(second));
    const [check] = tunnel.receive(attachStep!.events[0]!, 0);
    if (check?.type !== 'check') expect.fail('the Attach was not taken');
    expect(legible(check.claim.attach)).toEqual(attachStep!.message);
    const peer = tunnel.peer(hex(hello.environmentId));
    expect(published(peer!.checked(check.claim, { believed: true }, 0))).toEqual(said(attachAccepted));
    expect(legible(tunnel.receive(invokeStep!.events[0]!, 0))).toMatchObject([
      { type: 'invoke', invocation: { event: legible(invoke.event), headers: invoke.headers, deadlineMs: 3000 } },
    ]);
    expect(published(tunnel.tick(acceptAfterMs))).toEqual(said(invokeAccepted));
    expect(published(tunnel.answer(hex(hello.environmentId), result, acceptAfterMs))).toEqual(said(resultStep));
  });
});
