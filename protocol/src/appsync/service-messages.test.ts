import { describe, expect, it } from 'vitest';
import { eventBytes, eventText } from './event-text.ts';
import { batches, createAllowance } from './pacing.ts';
import { channelErrorOf, readServiceMessage } from './service-messages.ts';

describe('messages of the service', () => {
  it('may give an event as a string, as it does, or as an array of one, as its guide says', () => {
    const data = { type: 'data', id: '1-1', event: '"YQ"' };
    expect(readServiceMessage(JSON.stringify({ type: 'data', id: '1-1', event: '"YQ"' }))).toEqual(data);
    expect(readServiceMessage(JSON.stringify({ type: 'data', id: '1-1', event: ['"YQ"'] }))).toEqual(data);
    expect(readServiceMessage(JSON.stringify({ type: 'data', id: '1-1', event: ['"YQ"', '"YQ"'] }))).toEqual({
      type: 'other',
    });
  });

  it.each([
    '',
    'null',
    '[]',
    '{"type":7}',
    '{"type":"data"}',
    '{"type":"new_kind","id":"x"}',
    '{"type":"publish_success"}',
  ])('that are of no use are tolerated: %s', (frame) => {
    expect(readServiceMessage(frame)).toEqual({ type: 'other' });
  });

  it('have a timeout of five minutes when they name none', () => {
    expect(readServiceMessage('{"type":"connection_ack"}')).toEqual({
      type: 'connection_ack',
      connectionTimeoutMs: 300_000,
    });
  });

  it('name the events that were not accepted', () => {
    const frame = {
      type: 'publish_success',
      id: 'p',
      successful: [],
      failed: [{ index: 0, identifier: 'u', code: 'EventTooLargeException', message: 'too large' }],
    };
    expect(readServiceMessage(JSON.stringify(frame))).toMatchObject({
      failed: [{ errorType: 'EventTooLargeException', message: 'too large' }],
    });
  });

  it.each([
    ['UnauthorizedException', undefined, 'refused'],
    ['AccessDeniedException', undefined, 'refused'],
    ['BadRequestException', undefined, 'refused'],
    ['SomethingNew', 403, 'refused'],
    ['LimitExceededError', undefined, 'rejected'],
    ['InternalFailure', 500, 'rejected'],
  ] as const)('%s (%s) is %s', (errorType, errorCode, kind) => {
    expect(channelErrorOf([{ errorType, message: '', errorCode }], 'publishing').kind).toBe(kind);
  });

  it('are told in one line, without the canonical request that a bad signature is answered with', () => {
    const error = channelErrorOf(
      [{ errorType: 'BadRequestException', message: 'does not match\nPOST\n/event', errorCode: undefined }],
      'connecting to h',
    );
    expect(error.message).toBe('connecting to h: BadRequestException (does not match)');
  });
});

describe('an event as text', () => {
  it('holds any bytes in an alphabet that no JSON encoder escapes', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(eventText(all)).toMatch(/^"[A-Za-z0-9_-]+"$/);
    expect(Buffer.compare(eventBytes(eventText(all)) ?? new Uint8Array(), all)).toBe(0);
  });

  it('is read from a view into a larger buffer', () => {
    expect(eventText(Buffer.from('..abc..').subarray(2, 5))).toBe('"YWJj"');
  });

  it.each(['{"a":1}', '"a b"', 'YWJj', '"YWJj', '["YWJj"]', '"YWJj="'])('is nothing else: %s', (text) => {
    expect(eventBytes(text)).toBeUndefined();
  });
});

describe('pacing', () => {
  it('puts five events into a publish', () => {
    expect(batches([1, 2, 3, 4, 5, 6, 7])).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7],
    ]);
    expect(batches([])).toEqual([]);
  });

  it('allows 25 publishes in any second', () => {
    const allowance = createAllowance();
    const at = (nowMs: number) => allowance.take(nowMs);
    expect(Array.from({ length: 25 }, (_, index) => at(index * 10)).every(Boolean)).toBe(true);
    // A little longer than a second: the service counts arrivals.
    expect(at(1199)).toBe(false);
    expect(at(1200)).toBe(true);
    expect(at(1201)).toBe(false);
    expect(at(1210)).toBe(true);
  });
});
