import { describe, expect, it } from 'vitest';
import { handedOverText, handingOverText, takenOverText, takingOverText } from './take-over-text.ts';

const ann = { session: 'default', owner: 'ann@laptop', key: 'TL2VS1AS8VPMMGjk3GW_qg' };
const bob = { session: 'default', owner: 'bob@desk', key: '2DE2hL7a8nGNvWJEbTzy9A' };
const taking = (count: number | undefined, names: readonly string[] = []) =>
  takingOverText({
    ...{ type: 'taking-over', ...ann, unfinishedCount: count },
    unfinished: names.map((name, index) => ({ function: name, runningMs: (index + 1) * 59_000 })),
  });
const taken = (outcome: 'ended' | 'gone' | 'unanswered', finished = 0) =>
  takenOverText({ type: 'taken-over', ...ann, outcome, finished }, bob.key);

describe('who takes a session over', () => {
  it('is told that the other tunnel was asked, and what it finishes first', () => {
    expect(taking(undefined)).toBe('Asked the tunnel of ann@laptop for session "default".');
    expect(taking(1, ['Shop/Orders'])).toBe(
      'The tunnel of ann@laptop takes nothing more; it finishes 1 invocation first: Shop/Orders for 59 s.',
    );
    expect(taking(5, ['A', 'B', 'C', 'D'])).toContain(
      '5 invocations first: A for 59 s, B for 1 min, C for 2 min and 2 others.',
    );
  });

  it.each([
    ['ended', 0, /^Session "default" is this tunnel's now: the tunnel of ann@laptop \(key TL2V\S+\) has ended\.$/],
    ['ended', 2, /has ended, after it finished 2 invocations\.$/],
    ['gone', 0, /^The tunnel of ann@laptop has not been heard of for 5 s.*Callers of what it ran are told so/],
    ['unanswered', 0, /it may not trust your key \(2DE2\S+\).*deploy --session NAME/],
  ] as const)('is told what came of it: %s, %d finished', (outcome, finished, text) => {
    expect(taken(outcome, finished)).toMatch(text);
  });
});

describe('whose session is taken', () => {
  it('is told by whom, what is finished first, and what then becomes of the tunnel', () => {
    const text = (unfinished: number, stacks: readonly string[] | null = null) =>
      handingOverText({ type: 'handing-over', ...bob, unfinished, stacks });
    expect(text(0)).toBe(
      `The tunnel of bob@desk (key ${bob.key}) takes session "default" over. Nothing more is taken here; this tunnel ends.`,
    );
    expect(text(1)).toContain('1 invocation is finished here first, then this tunnel ends. Ctrl-C ends it at once.');
    expect(text(2, ['Shop'])).toMatch(
      /"default" of stack Shop over.*2 invocations are finished here first, then this tunnel leaves them/,
    );
  });

  it('is told at the end who has it, and how many were finished', () => {
    const text = (finished: number, isLast: boolean) =>
      handedOverText({ type: 'handed-over', ...bob, finished, stacks: isLast ? null : ['Shop'], isLast });
    expect(text(2, true)).toBe(
      `The tunnel of bob@desk (key ${bob.key}) has taken session "default" over, and 2 invocations were finished here. This tunnel ends.`,
    );
    expect(text(0, false)).toMatch(/of stack Shop over\. This tunnel goes on with the other stacks\.$/);
  });
});
