import { describe, expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import type { ApiFault, DeployedApi } from '../functions/deployment.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import { UserError } from '../user-error.ts';
import { type ConnectionPlan, type OpenConnection, planConnections } from './connection-plan.ts';

const place = { app: 'shop', session: 'default' };

const fn = (id: string): LocalFunction => ({
  spec: { id, runtime: 'nodejs22.x', entry: '/x.mjs', handler: 'handler', root: '/', memoryMb: 128, timeoutMs: 3000 },
  described: liveFunction(id),
});

const api = (host: string, over: Partial<DeployedApi> = {}): DeployedApi => ({
  stacks: [host],
  endpoint: { httpHost: host, realtimeHost: host, region: 'eu-west-1' },
  namespaces: { toTunnel: 'to-tunnel', toStub: 'to-stub' },
  functions: [fn(`${host}/Orders`)],
  ...over,
});

const fault = (stack: string): ApiFault => ({
  stack,
  functions: [fn(`${stack}/Late`)],
  error: new UserError('away', 'wait'),
});

/** What is open after a plan was carried out. */
function carriedOut({ open, keep }: ConnectionPlan): readonly OpenConnection[] {
  return [...keep, ...open.map(({ key, api: { stacks } }) => ({ key, stacks }))];
}

const openFor = (...apis: readonly DeployedApi[]) => carriedOut(planConnections([], { apis, faults: [] }, place));

describe('the connections of a tunnel', () => {
  it('are one for each Events API, and for each pair of namespaces of a shared one', () => {
    const shared = { toTunnel: 'a-to-tunnel', toStub: 'a-to-stub' };
    const apis = [api('Shop'), api('Pay'), api('Pay', { namespaces: shared })];
    const { open } = planConnections([], { apis, faults: [] }, place);
    expect(open.map((each) => each.api)).toEqual(apis);
    expect(new Set(open.map(({ key }) => key)).size).toBe(3);
  });

  it('stay where their API does, and serve the functions that it has now', () => {
    const now = api('Shop', { stacks: ['Shop', 'Pay'], functions: [fn('Shop/Quotes')] });
    const plan = planConnections(openFor(api('Shop')), { apis: [now], faults: [] }, place);
    expect(plan).toMatchObject({ open: [], close: [], keep: [{ stacks: ['Shop', 'Pay'], functions: now.functions }] });
  });

  it('are closed where no function of the app calls over them any more', () => {
    const [shop, pay] = openFor(api('Shop'), api('Pay'));
    const plan = planConnections(
      [shop, pay].flatMap((each) => each ?? []),
      { apis: [api('Shop')], faults: [] },
      place,
    );
    expect(plan).toMatchObject({ open: [], keep: [{ key: shop?.key }], close: [pay?.key] });
  });

  it('are others under another session', () => {
    const open = openFor(api('Shop'));
    const plan = planConnections(open, { apis: [api('Shop')], faults: [] }, { ...place, session: 'ann' });
    expect(plan).toMatchObject({ open: [{ api: api('Shop') }], keep: [], close: [open[0]?.key] });
  });

  it('stay while the API of their stack cannot be looked up, and serve its functions as they are described now', () => {
    const open = openFor(api('Shop'));
    const plan = planConnections(open, { apis: [], faults: [fault('Shop')] }, place);
    expect(plan).toEqual({
      open: [],
      keep: [{ key: open[0]?.key, stacks: ['Shop'], functions: [fn('Shop/Late')] }],
      close: [],
    });
  });

  it('go on for a stack that shares one while it cannot be looked up', () => {
    const open = openFor(api('Shop', { stacks: ['Shop', 'Pay'] }));
    const plan = planConnections(open, { apis: [api('Shop')], faults: [fault('Pay'), fault('Else')] }, place);
    expect(plan.keep).toMatchObject([
      { stacks: ['Shop', 'Pay'], functions: [{ spec: { id: 'Shop/Orders' } }, { spec: { id: 'Pay/Late' } }] },
    ]);
  });
});
