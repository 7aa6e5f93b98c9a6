import type { TakeOver } from '@live-lambda/protocol';
import { describe, expect, it } from 'vitest';
import type { DeployedApi, FoundApis } from '../functions/deployment.ts';
import { UserError } from '../user-error.ts';
import type { ApiConnectionOptions } from './api-connection.ts';
import { type ApiConnectionsParts, createApiConnections } from './api-connections.ts';

const place = { app: 'shop', session: 'default' };

function found(...hosts: readonly string[]): FoundApis {
  const api = (host: string): DeployedApi => ({
    stacks: [host],
    endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
    namespaces: { toTunnel: 'to-tunnel', toStub: 'to-stub' },
    functions: [],
  });
  return { apis: hosts.map(api), faults: [] };
}

/** Connections that remember what became of them, and take as long to leave as `leaving` does. */
function connections(options: { readonly leaving?: Promise<void>; readonly refused?: string } = {}) {
  const deeds: string[] = [];
  const handOver = new Map<string, () => void>();
  const told: unknown[] = [];
  // No other part is touched by what stands in for a connection.
  const parts = {
    sharing: {
      of: () => ({ handedOver: (...[, , stacks, isLast]: readonly unknown[]) => void told.push({ stacks, isLast }) }),
    },
    onAllHandedOver: () => void told.push('all'),
  } as unknown as ApiConnectionsParts;
  const all = createApiConnections(parts, ({ api: { endpoint }, onHandedOver }: ApiConnectionOptions) => {
    handOver.set(endpoint.httpHost, () => onHandedOver(by, 0));
    return {
      async open() {
        deeds.push(`open ${endpoint.httpHost}`);
        if (endpoint.httpHost === options.refused) throw new UserError('refused', 'wait');
      },
      serve: () => void deeds.push(`serve ${endpoint.httpHost}`),
      takeOver: async () => void deeds.push(`take over ${endpoint.httpHost}`),
      async leave() {
        deeds.push(`leave ${endpoint.httpHost}`);
        await options.leaving;
      },
    };
  });
  return { all, deeds, told, handOver: (host: string) => handOver.get(host)?.() };
}

const id = new Uint8Array(16);
const by: TakeOver = {
  ...{ tunnelInstance: id, holderInstance: id, identityKey: new Uint8Array(0), owner: 'bob@desk' },
  ...place,
};

describe('the connections of a tunnel', () => {
  it('are opened, kept and left as the app changes', async () => {
    const { all, deeds } = connections();
    await all.follow(found('shop', 'pay'), place);
    await all.follow(found('pay', 'ship'), place);
    expect(deeds).toEqual(['open shop', 'open pay', 'serve pay', 'leave shop', 'open ship']);
  });

  it('that could not be opened are left, and tried again', async () => {
    const { all, deeds } = connections({ refused: 'shop' });
    expect((await all.follow(found('shop'), place)).map(({ message }) => message)).toEqual(['refused']);
    await all.follow(found('shop'), place);
    expect(deeds).toEqual(['open shop', 'leave shop', 'open shop', 'leave shop']);
  });

  it('are not opened any more by a change that the end of the tunnel overtook', async () => {
    let left = () => {};
    const leaving = new Promise<void>((resolve) => {
      left = resolve;
    });
    const { all, deeds } = connections({ leaving });
    await all.follow(found('shop'), place);
    const following = all.follow(found('pay'), place);
    const ending = all.leave('it was stopped');
    left();
    expect(await following).toEqual([]);
    await ending;
    expect(deeds).toEqual(['open shop', 'leave shop']);
  });

  it('that another tunnel takes over are left one by one and not opened again; the last one with the tunnel', async () => {
    const { all, deeds, told, handOver } = connections();
    await all.follow(found('shop', 'pay'), place);
    handOver('shop');
    await all.follow(found('shop', 'pay'), place);
    handOver('pay');
    expect(deeds).toEqual(['open shop', 'open pay', 'leave shop', 'serve pay']);
    expect(told).toEqual([{ stacks: ['shop'], isLast: false }, { stacks: null, isLast: true }, 'all']);
  });

  it('all ask for the session', async () => {
    const { all, deeds } = connections();
    await all.follow(found('shop', 'pay'), place);
    await all.takeOver();
    expect(deeds.slice(2)).toEqual(['take over shop', 'take over pay']);
  });
});
