import type { Outcome } from '@live-lambda/runner';
import { describe, expect, it } from 'vitest';
import { describeEnd } from './invocation-end.ts';

const failed = (body: string, origin: Extract<Outcome, { type: 'error' }>['origin'] = 'handler'): Outcome => ({
  type: 'error',
  origin,
  headers: {},
  body: Buffer.from(body),
});

describe('the end of an invocation', () => {
  it('is a success or the error of the handler', () => {
    const response: Outcome = { type: 'response', headers: {}, body: Buffer.from('1') };
    expect(describeEnd(response, undefined)).toEqual({ end: 'succeeded', error: undefined });
    expect(describeEnd(failed('{"errorType":"Bad","errorMessage":"no tea"}'), undefined)).toEqual({
      end: 'failed',
      error: { errorType: 'Bad', errorMessage: 'no tea' },
    });
  });

  it.each([
    ['timeout', 'timed-out'],
    ['exit', 'crashed'],
    ['launch', 'not-started'],
    ['init', 'failed'],
  ] as const)('tells an error of origin %s as %s', (origin, end) => {
    expect(describeEnd(failed('{}', origin), undefined)).toMatchObject({ end });
  });

  it('takes whatever a runtime posts as its error', () => {
    expect(describeEnd(failed('oops'), undefined).error).toEqual({ errorType: 'Error', errorMessage: 'oops' });
    expect(describeEnd(failed('null'), undefined).error).toEqual({ errorType: 'Error', errorMessage: 'null' });
  });

  it('is a timeout where the stub gave up right before the deadline, and says how right', () => {
    expect(describeEnd(failed('{}', 'exit'), 249.6)).toEqual({
      end: 'timed-out',
      error: {
        errorType: 'LiveLambda.Withdrawn',
        errorMessage: expect.stringContaining('with 250 ms of its time left'),
      },
    });
  });

  it('is, where no process had taken it, that and how to find out why', () => {
    const text = (origin: 'launch' | 'handler') => describeEnd(failed('{}', origin), 249).error?.errorMessage;
    expect(text('launch')).toMatch(/no process .* was ready to take it.*live-lambda runners test/);
    expect(text('handler')).not.toContain('runners test');
  });

  it('is that the stub gave up where there was time left', () => {
    expect(describeEnd(failed('{}', 'exit'), 8000)).toMatchObject({ end: 'withdrawn' });
  });
});
