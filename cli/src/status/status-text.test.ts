import { describe, expect, it } from 'vitest';
import type { DeployedState } from './deployed-state.ts';
import type { SessionRecord } from './session-record.ts';
import type { Status } from './status.ts';
import { statusText } from './status-text.ts';

const nowMs = 1_000_000_000;
const hourMs = 3_600_000;
const textOf = (status: Partial<Status>) =>
  statusText(
    { assembly: 'cdk.out', app: null, problem: null, tunnels: [], otherTunnels: [], ...status },
    { paint: (_style, text) => text, nowMs, isLocal: false },
  ).split('\n');

const appWith = (deployed: DeployedState, over: object = {}): Partial<Status> => ({
  app: {
    name: 'shop',
    session: 'default',
    synthesizedAt: nowMs - 30_000,
    functions: [{ id: 'Shop/Orders', stack: 'Shop', file: 'src/orders.ts', deployed }],
    refused: [],
    ...over,
  },
});
const functionName = 'Shop-Orders-1';
const noTunnel =
  'No tunnel of this session runs on this machine; one on another is told of when you start `npx live-lambda tunnel`.';
const redeploy = '                 → Deploy the app in live mode: `npx live-lambda deploy`.';

describe('the status of an app', () => {
  it('says what is wrong where there is none, and what to do', () => {
    const problem = { message: 'There is no synthesized app in cdk.out.', hint: 'Run cdk synth.' };
    expect(textOf({ problem })).toEqual([problem.message, '→ Run cdk synth.', '', 'No tunnel runs on this machine.']);
  });

  it('says nothing to do of a function that is live', () => {
    expect(textOf(appWith({ state: 'live', functionName }))).toEqual([
      'App shop, session default',
      'cdk.out, synthesized 30 s ago',
      'Stack Shop',
      '  ✓ Shop/Orders  live as Shop-Orders-1  src/orders.ts',
      '',
      noTunnel,
    ]);
  });

  it.each<readonly [DeployedState, string, string]>([
    [
      { state: 'other-session', functionName, app: 'shop', session: 'bob' },
      '! Shop/Orders  live for app shop, session bob  src/orders.ts',
      redeploy,
    ],
    [
      { state: 'not-live', functionName },
      '! Shop/Orders  Shop-Orders-1 runs its own code in AWS  src/orders.ts',
      redeploy,
    ],
    [{ state: 'not-deployed' }, '✗ Shop/Orders  not deployed  src/orders.ts', redeploy],
    [
      { state: 'unknown', reason: 'AWS does not say', hint: 'Sign in.' },
      '? Shop/Orders  AWS does not say  src/orders.ts',
      '                 → Sign in.',
    ],
  ])('says what to do of one that is $state', (deployed, line, fix) => {
    expect(textOf(appWith(deployed)).slice(3, 5)).toEqual([`  ${line}`, fix]);
  });

  it('names what was selected and cannot be live', () => {
    const refused = [{ id: 'Shop/Image', reason: 'it is an image' }];
    const lines = textOf(appWith({ state: 'live', functionName }, { refused }));
    expect(lines).toContain('! Shop/Image was selected and cannot be live: it is an image');
  });

  it.each([
    [90 * 60_000, '90 min'],
    [5 * hourMs, '5 h'],
    [72 * hourMs, '3 days'],
  ])('says an age of %d ms as %s', (ageMs, text) => {
    const lines = textOf(appWith({ state: 'live', functionName }, { synthesizedAt: nowMs - ageMs }));
    expect(lines[1]).toBe(`cdk.out, synthesized ${text} ago`);
  });
});

describe('the tunnels of this machine', () => {
  const usage = { invocations: 1, failures: 0, operations: 8, bytes: 2048 };
  const record: SessionRecord = {
    version: 1,
    pid: 4711,
    startedAt: nowMs - 60_000,
    updatedAt: nowMs,
    release: '1.0.0',
    identity: 'arn:aws:iam::111122223333:user/ada',
    key: 'key',
    app: 'shop',
    session: 'default',
    assembly: 'cdk.out',
    endpoint: null,
    functions: [],
    usage: { ...usage, invocations: 3, failures: 1, priceUsd: 0, functions: { 'Shop/Orders': usage } },
  };

  it('are told with what they did and cost, by function', () => {
    expect(textOf({ tunnels: [record] }).slice(1)).toEqual([
      '● Tunnel of app shop, session default: process 4711, for 60 s, by arn:aws:iam::111122223333:user/ada',
      '  so far 3 invocations, 1 failed, 8 operations of AppSync Events, 2.0 KB, about $0',
      '  Shop/Orders  1 invocation, 8 operations of AppSync Events, 2.0 KB',
    ]);
  });

  it('of other sessions are named', () => {
    const lines = textOf({ otherTunnels: [{ ...record, session: 'bob' }] });
    expect(lines.at(-1)).toBe('Another tunnel runs here, for app shop, session bob (process 4711).');
  });
});
