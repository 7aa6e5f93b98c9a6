import { randomBytes } from 'node:crypto';
import { openStubLink, openTunnelLink, systemClock } from '@live-lambda/protocol';
import type { Broker } from './broker.ts';

/** Names under which both ends find each other. */
export const linkNames = { app: 'bench', session: 'default', functionPath: 'Bench/Echo' } as const;

/** Longer than any round trip takes. */
const invocationLimitMs = 60_000;

/** What a link still waits for at the end keeps nothing up. */
const clock = systemClock({ keepAlive: false });

/** Both ends of a link over the broker, each with a connection of its own. */
export interface LinkPair {
  /** Invokes with these bytes and gets them back as the answer. */
  roundTrip(message: Uint8Array): Promise<void>;
}

/** A tunnel that answers each invocation with its event. */
async function openEchoTunnel(broker: Broker): Promise<void> {
  const tunnel = openTunnelLink({
    channel: broker.connect(),
    clock,
    app: linkNames.app,
    session: linkNames.session,
    release: 'bench',
    owner: 'bench',
    admit: () => undefined,
    events: {
      invoked: async ({ event }) => ({ headers: {}, outcome: { type: 'response', body: event } }),
    },
  });
  await tunnel.open();
}

export async function openLinkPair(broker: Broker): Promise<LinkPair> {
  await openEchoTunnel(broker);
  const stub = openStubLink({
    channel: broker.connect(),
    clock,
    identity: {
      apiHost: broker.host,
      region: broker.emulator.region,
      ...linkNames,
      functionName: 'bench-echo',
      environmentId: randomBytes(16),
      release: 'bench',
    },
    attachment: () => ({
      variables: {},
      credentials: undefined,
      facts: { runtime: 'nodejs22.x', memoryMb: 512, architecture: 'x86_64', initializationType: 'on-demand' },
    }),
  });
  await stub.open();
  return {
    async roundTrip(event) {
      const deadlineMs = stub.nowMs() + invocationLimitMs;
      const outcome = await stub.invoke({ headers: {}, event, deadlineMs });
      if (outcome.type !== 'result') throw new Error(`The link gave no result: ${JSON.stringify(outcome)}`);
      const { body } = outcome.result.outcome;
      if (body.length !== event.length) throw new Error(`The link lost bytes: ${body.length} of ${event.length} came.`);
    },
  };
}
