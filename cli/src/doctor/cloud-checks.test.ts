import { describe, expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import { UserError } from '../user-error.ts';
import {
  codeVerdict,
  httpVerdict,
  lookUpVerdict,
  permissionsVerdict,
  regionsVerdict,
  rolesVerdict,
  trustVerdict,
  webSocketVerdict,
} from './cloud-checks.ts';
import type { ApiProbe } from './probe-api.ts';
import { roleGrants } from './role-grants.ts';

const done = { result: 'ok' } as const;
const broke = (error: string) => ({ result: 'failed', error }) as const;
const probe = (over: Partial<ApiProbe> = {}): ApiProbe => ({
  stacks: ['Shop'],
  httpHost: 'x.appsync-api.eu-west-1.amazonaws.com',
  realtimeHost: 'x.appsync-realtime-api.eu-west-1.amazonaws.com',
  namespaces: { toTunnel: 'to-tunnel', toStub: 'to-stub' },
  proxy: undefined,
  http: done,
  socket: done,
  subscribe: done,
  publishToTunnels: done,
  publishToStubs: done,
  roundTripMs: 31.6,
  ...over,
});

describe('the Events API', () => {
  it('is named with the proxy in between', () => {
    expect(httpVerdict([probe({ proxy: 'proxy:3128' })]).reason).toBe('reached through the proxy proxy:3128');
    expect(webSocketVerdict([probe({ proxy: 'proxy:3128' })]).reason).toBe(
      'there and back in 32 ms through the proxy proxy:3128',
    );
    expect(webSocketVerdict([probe({ socket: broke('403 Forbidden'), proxy: 'proxy:3128' })])).toMatchObject({
      status: 'failed',
      reason:
        'No WebSocket to x.appsync-realtime-api.eu-west-1.amazonaws.com through the proxy proxy:3128: 403 Forbidden.',
    });
  });

  it.each([
    [{ subscribe: broke('AccessDenied') }, 'You may not connect and subscribe at the API of Shop: AccessDenied.'],
    [{ publishToTunnels: broke('AccessDenied') }, 'You may not publish to tunnels'],
    [{ publishToStubs: broke('AccessDenied') }, 'You may not publish to stubs'],
  ])('refuses a developer by what was tried: %o', (over, reason) => {
    expect(permissionsVerdict([probe(), probe(over)])).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(reason),
    });
  });

  it('is in a region that has it', () => {
    expect(regionsVerdict(new Map([['eu-west-1', true]])).status).toBe('ok');
    expect(
      regionsVerdict(
        new Map([
          ['eu-west-1', true],
          ['mars-1', false],
        ]),
      ),
    ).toMatchObject({ status: 'failed', reason: expect.stringContaining('mars-1') });
    expect(regionsVerdict(new Map([['eu-west-1', undefined]])).status).toBe('skipped');
  });
});

describe('the keys that stubs trust', () => {
  const fn = (id: string, trustedKeys: readonly string[] | undefined) => ({
    id,
    found: { name: id, roleArn: 'r', trustedKeys },
  });

  it.each<readonly [string, Parameters<typeof trustVerdict>[0], string | undefined, string]>([
    ['mine among them', [fn('a', ['mine', 'other'])], 'mine', 'ok'],
    ['mine not among them', [fn('a', ['mine']), fn('b', ['other'])], 'mine', 'failed'],
    ['a stub that trusts whoever IAM lets', [fn('a', ['mine']), fn('b', undefined)], 'mine', 'warning'],
    ['no key of mine yet', [fn('a', ['other'])], undefined, 'failed'],
    ['no key of mine, and none wanted', [fn('a', undefined)], undefined, 'ok'],
    ['nothing known', [{ id: 'a', found: new UserError('x', 'y') }], 'mine', 'skipped'],
  ])('with %s', (_what, functions, own, status) => {
    expect(trustVerdict(functions, own).status).toBe(status);
  });

  it('are known of functions that could be looked up', () => {
    expect(lookUpVerdict([fn('a', []), { id: 'b', found: new UserError('b is gone.', 'Deploy.') }])).toEqual({
      status: 'failed',
      reason: 'b is gone.',
      fix: 'Deploy.',
    });
  });
});

describe('the deployed stubs', () => {
  it('are compared where that can be', () => {
    expect(codeVerdict([]).status).toBe('skipped');
    expect(codeVerdict([{ id: 'a', isSame: true }])).toEqual({ status: 'ok', reason: 'as synthesized' });
    expect(
      codeVerdict([
        { id: 'a', isSame: true },
        { id: 'b', isSame: false },
      ]),
    ).toMatchObject({ status: 'warning', reason: expect.stringContaining('deployed for b is') });
  });
});

describe('the role of a live function', () => {
  const allow = (...actions: readonly string[]) => ({
    Statement: actions.map((Action) => ({ Effect: 'Allow', Action, Resource: '*' })),
  });
  const all = allow('appsync:EventConnect', 'appsync:EventPublish', 'appsync:EventSubscribe');
  const fn = { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } };
  const role = (properties = {}) => ({ Type: 'AWS::IAM::Role', Properties: properties });
  const policy = (PolicyDocument: unknown, Roles: unknown = [{ Ref: 'Role' }]) => ({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument, Roles },
  });
  const grants = (resources: Record<string, unknown>) =>
    roleGrants(
      [liveFunction('Orders')],
      [{ stack: 'Shop', nested: [], region: null, resources: { Orders: fn, ...resources } }],
    )[0];

  it.each<readonly [string, Record<string, unknown>, readonly string[] | 'foreign']>([
    ['a policy of its own', { Role: role(), Policy: policy(all) }, []],
    ['an inline policy', { Role: role({ Policies: [{ PolicyDocument: all }] }) }, []],
    ['patterns', { Role: role(), Policy: policy(allow('appsync:Event*')) }, []],
    ['everything', { Role: role(), Policy: policy(allow('*')) }, []],
    [
      'actions in a list',
      {
        Role: role(),
        Policy: policy({ Statement: [{ Effect: 'Allow', Action: ['appsync:EventConnect', 'appsync:*Publish'] }] }),
      },
      ['appsync:EventSubscribe'],
    ],
    [
      'a denial',
      { Role: role(), Policy: policy({ Statement: [{ Effect: 'Deny', Action: '*' }] }) },
      ['appsync:EventConnect', 'appsync:EventPublish', 'appsync:EventSubscribe'],
    ],
    [
      "another role's policy",
      { Role: role(), Policy: policy(all, [{ Ref: 'Other' }]) },
      ['appsync:EventConnect', 'appsync:EventPublish', 'appsync:EventSubscribe'],
    ],
    ['a role of elsewhere', { Orders: { ...fn, Properties: { Role: 'arn:aws:iam::111122223333:role/x' } } }, 'foreign'],
  ])('with %s', (_what, resources, missing) => {
    expect(grants(resources)?.missing).toEqual(missing);
  });

  it('is told by name', () => {
    expect(rolesVerdict([{ id: 'Shop/Orders', role: 'Role', missing: ['appsync:EventConnect'] }])).toMatchObject({
      status: 'failed',
      reason: 'Role Role of Shop/Orders lacks appsync:EventConnect.',
    });
    expect(rolesVerdict([{ id: 'Shop/Orders', role: 'arn', missing: 'foreign' }]).status).toBe('warning');
    expect(rolesVerdict([{ id: 'Shop/Orders', role: 'Role', missing: [] }]).status).toBe('ok');
  });
});
