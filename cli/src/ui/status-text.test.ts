import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../host.ts';
import { acting } from './keys.ts';
import { emptyView, type SessionView, viewAfter } from './session-view.ts';
import { statusText } from './status-text.ts';

const of = { function: 'Shop/Orders', requestId: 'r1', environmentId: 'e1' };
const began = (invocationId: string): LiveEvent => ({
  type: 'invocation-started',
  ...of,
  invocationId,
  receivedAt: 0,
});
const ended = (invocationId: string, end: 'succeeded' | 'failed'): LiveEvent => ({
  type: 'invocation-finished',
  ...of,
  invocationId,
  end,
  error: undefined,
  pid: 1,
  file: '/shop/orders.mjs',
  timings: { startMs: 0, runMs: 1 },
  finishedAt: 1,
});

const after = (...events: readonly LiveEvent[]): SessionView => events.reduce(viewAfter, emptyView);
const text = (view: SessionView, progress?: string) => statusText({ view, keys: acting, progress, priceUsd: 0.00004 });

describe('the status line', () => {
  it('shows what is waited for at the start, and nothing where nothing is', () => {
    expect(text(after())).toBe('');
    expect(text(after(), 'asking AWS who you are')).toBe('… asking AWS who you are');
  });

  it('counts what runs, what is done and what failed, and says what it cost', () => {
    const view = after(
      { type: 'ready' },
      began('1'),
      began('2'),
      began('3'),
      ended('1', 'failed'),
      ended('2', 'succeeded'),
    );
    expect(text(view)).toMatch(/^● live {2}1 running {2}2 done, 1 failed {2}about \$0\.000040 {2}p pause/);
    expect(text(view, 'building Shop/Orders')).toContain('● live  … building Shop/Orders');
  });

  it('says that the tunnel is paused, and that it is stopped by being empty', () => {
    expect(text(after({ type: 'ready' }, { type: 'paused' }))).toMatch(/^‖ paused .* p go on/);
    expect(text(after({ type: 'paused' }, { type: 'resumed', held: 0 }))).toMatch(/^● live/);
    expect(text(after({ type: 'ready' }, { type: 'stopped', invocations: 0, failures: 0 }))).toBe('');
  });

  it('asks which function is meant', () => {
    const functions = ['Shop/Orders', 'Shop/Prices'].map((id) => ({ id, file: 'x' }));
    const keys = { name: 'choosing', action: 'restart', index: 5 } as const;
    const view: SessionView = { ...emptyView, phase: 'ready', functions };
    expect(statusText({ view, keys, progress: undefined, priceUsd: 0 })).toMatch(/^Restart Shop\/Prices \(2 of 2\)\?/);
  });

  it('asks whether to take the session over from whoever holds it, and then says what is waited for', () => {
    const other = { session: 'default', owner: 'ann@laptop', key: null };
    const offered = after({ type: 'ready' }, { type: 'take-over-offered', ...other });
    const question = { keys: { name: 'confirming' as const }, progress: undefined, priceUsd: 0 };
    expect(statusText({ view: offered, ...question })).toBe(
      'Take the session over?  y yes  n no  (the tunnel of ann@laptop finishes what it runs, and ends)',
    );
    const unfinished = [{ function: 'Shop/Orders', runningMs: 3900 }];
    const asked = viewAfter(offered, { type: 'taking-over', ...other, unfinishedCount: 2, unfinished });
    expect(text(asked)).toContain('… ann@laptop finishes 2 invocations: Shop/Orders for 3 s and 1 other');
    const over = viewAfter(asked, { type: 'taken-over', ...other, outcome: 'ended', finished: 2 });
    expect([text(over).includes('ann'), over.holder]).toEqual([false, undefined]);
    expect(viewAfter(asked, { type: 'taken-over', ...other, outcome: 'unanswered', finished: 0 }).holder).toBe(
      'ann@laptop',
    );
  });

  it('says that this tunnel ends when another one takes the session, and offers no pause any more', () => {
    const by = { session: 'default', owner: 'bob@desk', key: null, unfinished: 1 };
    const ending = after({ type: 'ready' }, { type: 'handing-over', ...by, stacks: null });
    expect(text(ending)).toMatch(/^⇄ ending {2}0 done .* q quit/);
    expect(text(ending)).not.toContain('p pause');
    expect(text(after({ type: 'ready' }, { type: 'handing-over', ...by, stacks: ['Pay'] }))).toMatch(/^● live/);
  });
});
