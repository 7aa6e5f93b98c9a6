import { describe, expect, it } from 'vitest';
import { logLines, payloadText } from './invoke-text.ts';

describe('an answer', () => {
  it.each([
    ['{"a":1}', '{\n  "a": 1\n}'],
    ['{"a":1.0}', '{"a":1.0}'],
    ['12345678901234567890', '12345678901234567890'],
    ['plain text', 'plain text'],
    ['', ''],
  ])('%s is shown without a change of what it says', (payload, shown) => {
    expect(payloadText(Buffer.from(payload))).toBe(shown);
  });
});

describe('the log of an invocation', () => {
  it("is shown without Lambda's own lines", () => {
    expect(
      logLines('START RequestId: 1\nhello\n\nREPORTED by me\nEND RequestId: 1\nREPORT RequestId: 1\tDuration\n'),
    ).toEqual(['hello', 'REPORTED by me']);
  });
});
