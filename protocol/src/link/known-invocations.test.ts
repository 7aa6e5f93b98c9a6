import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealedSession } from '../sealed-session.ts';
import { createKnownInvocations } from './known-invocations.ts';

const session = () =>
  createSealedSession({
    ...{ side: 'tunnel', version: 1, environmentId: randomBytes(16), codec: 'none' },
    keys: { keyId: randomBytes(8), toTunnel: randomBytes(32), toStub: randomBytes(32) },
  });
const running = { state: 'running' as const, startedMs: 0, deadlineMs: 3000, acceptAtMs: undefined };
const none = new Uint8Array(0);

describe('the invocations that a tunnel knows', () => {
  it('are as many after ten thousand events as after one, and those before are not started again', () => {
    const known = createKnownInvocations();
    const by = session();
    const ids = Array.from({ length: 10_000 }, (_, number) => number.toString(16).padStart(32, '0'));
    for (const [number, id] of ids.entries()) {
      known.taken(by, number + 1);
      known.set(id, running);
      known.set(id, { state: 'confirmed' });
    }
    expect(ids.filter((id) => known.get(id) !== undefined)).toEqual([ids.at(-1)]);
    expect(ids.slice(0, -1).every((_, number) => known.isOvertaken(by, number + 1))).toBe(true);
    expect(known.isOvertaken(by, 10_001)).toBe(false);
  });

  it('are not overtaken by what came under other keys', () => {
    const known = createKnownInvocations();
    known.taken(session(), 100);
    expect(known.isOvertaken(session(), 1)).toBe(false);
  });

  it('are kept while a result of them may still be asked for, whatever comes after', () => {
    const known = createKnownInvocations();
    known.set('aa', running);
    known.set('bb', { state: 'withdrawn' });
    known.taken(session(), 2);
    expect([known.get('aa'), known.get('bb')]).toEqual([running, undefined]);
  });

  it('are told at the end: those of which nothing will come, and those that are answered', () => {
    const known = createKnownInvocations();
    known.set('aa', running);
    known.set('bb', { state: 'withdrawn' });
    known.set('cc', { state: 'confirmed' });
    expect(known.account(none)).toEqual({
      started: [Buffer.of(0xaa), Buffer.of(0xbb)],
      answered: [Buffer.of(0xcc)],
      successor: none,
    });
  });

  it('count as unfinished until their time is over', () => {
    const known = createKnownInvocations();
    known.set('aa', running);
    expect([known.unfinished(2999), known.unfinished(3000), known.quietFromMs()]).toEqual([[running], [], 3000]);
  });
});
