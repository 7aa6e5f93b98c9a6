import { describe, expect, it } from 'vitest';
import { parityDocument } from './parity-document.ts';

const document = parityDocument({
  sections: [
    {
      title: 'Results',
      cases: [
        { title: 'the same', files: {}, expected: 'OK "a|b"' },
        { title: 'two', files: {}, expected: { callback: ['OK 1', 'OK 2'], promise: `OK ${'x'.repeat(200)}` } },
      ],
    },
  ],
  known: [{ title: 'two', generation: 'callback', kind: 'older', reason: 'it is older' }],
  unequal: [{ what: 'Paths', reason: 'they are elsewhere' }],
  compared: { callback: 'Node 22.0.0, client 3', promise: 'Node 24.0.0, client 4' },
});
const rows = document.split('\n').filter((line) => line.startsWith('| '));

describe('the parity document', () => {
  it('has a row for each case, which a bar within a result does not break', () => {
    expect(rows).toContain('| the same | `OK "a\\|b"` | the same | equal |');
  });

  it('shows each invocation, cuts what is long, and says where AWS’s client is not what counts', () => {
    expect(rows).toContain(`| two | \`OK 1\`<br>\`OK 2\` | \`OK ${'x'.repeat(157)}...\` | nodejs22.x: older |`);
    expect(rows).toContain('| two | nodejs22.x | it is older |');
  });

  it('says what was compared and what cannot be equal', () => {
    expect(document).toContain('It runs 2 functions');
    expect(rows).toContain('| nodejs24.x and newer | Node 24.0.0, client 4 |');
    expect(rows).toContain('| Paths | they are elsewhere |');
  });
});
