import { describe, expect, it } from 'vitest';
import { missingLine } from './output-pattern.ts';

const output = `12:31:07 ✓ Shop/Hello  0f0e684c  ok  131 ms
         │ INFO saying hello
12:31:08 Stopped after 1 invocations, 0 of them failed.
`;

describe('a shown output', () => {
  it('is that of a run at another time', () => {
    expect(missingLine(['09:00:00 ✓ Shop/Hello  3c503a4c  ok  2.5 s', '│ INFO saying hello'], output)).toBeUndefined();
  });

  it.each([
    ['another result', ['12:00:00 ✓ Shop/Hello  0f0e684c  error  131 ms']],
    ['another function', ['12:00:00 ✓ Shop/Goodbye  0f0e684c  ok  131 ms']],
    ['a line too many', ['12:00:00 ✓ Shop/Hello  0f0e684c  ok  131 ms', '│ INFO saying hello', '│ and more']],
    ['another order', ['12:31:08 Stopped after 1 invocations, 0 of them failed.', '│ INFO saying hello']],
    [
      'a line left out',
      ['12:00:00 ✓ Shop/Hello  0f0e684c  ok  1 ms', '12:00:08 Stopped after 1 invocations, 0 of them failed.'],
    ],
  ])('is not one with %s', (_, shown) => {
    expect(missingLine(shown, output)).toBeDefined();
  });

  it('may leave lines out where it says so', () => {
    const shown = [
      '12:00:00 ✓ Shop/Hello  0f0e684c  ok  1 ms',
      '...',
      '12:00:08 Stopped after 1 invocations, 0 of them failed.',
    ];
    expect(missingLine(shown, output)).toBeUndefined();
  });

  it('has other names of CloudFormation, ports, fingerprints, ids and prices', () => {
    const texts: readonly (readonly [string, string])[] = [
      ['live as Shop-Hello4A628BD4-0LCRWTB5O9TY', 'live as Shop-Hello4A628BD4-XYZWTB5O9TYA'],
      ['at http://127.0.0.1:34025, region', 'at http://127.0.0.1:1, region'],
      ['your key  Z6vnTeH0BQcHuG6sP7aopA', 'your key  AAECAwQFBgcICQoLDA0ODw'],
      ['about $0.000024', 'about $0.0001'],
    ];
    for (const [one, other] of texts) expect(missingLine([one], other)).toBeUndefined();
  });
});
