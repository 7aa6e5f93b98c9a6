import type { NodeChoice } from '@live-lambda/runner';
import { describe, expect, it } from 'vitest';
import { clockVerdict, credentialsVerdict } from './account-checks.ts';
import { nodeVerdict, runtimesVerdict, watchesVerdict } from './machine-checks.ts';

describe('the Node that this runs on', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
    ['20.18.3', 'failed'],
    ['18.20.0', 'failed'],
  ])('%s is %s', (version, status) => {
    expect(nodeVerdict(version).status).toBe(status);
  });
});

const choice = (wantedMajor: number, over: Partial<NodeChoice> = {}): NodeChoice => ({
  path: '/usr/bin/node',
  version: `${wantedMajor}.1.0`,
  source: 'nvm',
  accepts: () => true,
  match: 'exact',
  wantedMajor,
  fetchable: undefined,
  notes: [],
  ...over,
});

describe('the Nodes of the runtimes', () => {
  it('are named where all are there', () => {
    expect(runtimesVerdict([choice(22), choice(22), choice(24)])).toEqual({
      status: 'ok',
      reason: 'Node 22.1.0 (nvm), Node 24.1.0 (nvm)',
    });
  });

  it('are a warning where another stands in, with how to get the right one', () => {
    const other = choice(24, { match: 'other-major', version: '20.20.2', fetchable: 'node@24.1.0' });
    expect(runtimesVerdict([choice(22), other])).toMatchObject({
      status: 'warning',
      reason: expect.stringContaining('Node 24 in Lambda, which is not on this machine; Node 20.20.2 stands in'),
      fix: 'Install Node 24, or start the tunnel with --fetch-node.',
    });
  });

  it('do not matter where no function runs on Node', () => {
    expect(runtimesVerdict([]).status).toBe('ok');
  });
});

describe('the limits on what is watched', () => {
  it.each([
    [{ maxWatches: 65_536, maxInstances: 128, failure: undefined }, 'ok', 'up to 65536', undefined],
    [{ maxWatches: undefined, maxInstances: undefined, failure: undefined }, 'ok', 'can be watched', undefined],
    [{ maxWatches: 8191, maxInstances: 128, failure: undefined }, 'warning', '8191 files', 'max_user_watches=524288'],
    [
      { maxWatches: 65_536, maxInstances: 100, failure: undefined },
      'warning',
      '100 watchers',
      'max_user_instances=512',
    ],
    [
      { maxWatches: 65_536, maxInstances: 128, failure: 'ENOSPC' },
      'failed',
      'All 65536 watches',
      'max_user_watches=524288',
    ],
    [
      { maxWatches: 65_536, maxInstances: 128, failure: 'EMFILE' },
      'failed',
      'All 128 watchers',
      'max_user_instances=512',
    ],
    [
      { maxWatches: 65_536, maxInstances: 128, failure: 'ENOSYS' },
      'failed',
      'cannot be watched (ENOSYS)',
      'file system',
    ],
  ])('%o: %s', (limits, status, reason, fix) => {
    const verdict = watchesVerdict(limits);
    expect(verdict).toMatchObject({ status, reason: expect.stringContaining(reason) });
    expect(verdict.fix ?? '').toContain(fix ?? '');
  });
});

describe('the credentials', () => {
  const caller = { arn: 'arn:aws:iam::111122223333:user/ann', account: '111122223333' };

  it('are of the account that the app is for, or of any where the app says none', () => {
    expect(credentialsVerdict(caller, []).status).toBe('ok');
    expect(credentialsVerdict(caller, ['111122223333']).status).toBe('ok');
    expect(credentialsVerdict(caller, ['111122223333', '444455556666'])).toMatchObject({
      status: 'failed',
      reason: 'You are arn:aws:iam::111122223333:user/ann, and the app is for account 444455556666.',
    });
  });
});

describe('the clock', () => {
  it.each([
    [59_999, 'ok', 'agrees'],
    [-59_999, 'ok', 'agrees'],
    [60_000, 'warning', '60 seconds ahead of'],
    [-299_999, 'warning', '5 minutes behind'],
    [300_000, 'failed', '5 minutes ahead of AWS’s: AWS refuses'.replace('’', "'")],
  ])('that is %d ms ahead is %s', (skewMs, status, reason) => {
    expect(clockVerdict(skewMs)).toMatchObject({ status, reason: expect.stringContaining(reason) });
  });
});
