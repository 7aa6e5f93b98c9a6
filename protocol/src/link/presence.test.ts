import { describe, expect, it } from 'vitest';
import {
  initialPresence,
  type PresenceInput,
  type PresenceState,
  type PresenceStep,
  presenceDeadline,
  stepPresence,
} from './presence.ts';

const wanted = (remainingMs = 30_000, connected = true): PresenceInput => ({ type: 'wanted', remainingMs, connected });
const [heard, gone, tick] = [{ type: 'heard' }, { type: 'gone' }, { type: 'tick' }] as const;
const [connected, disconnected] = [{ type: 'connected' }, { type: 'disconnected' }] as const;

/** Goes through the inputs, each at its time, and gives the last step. */
function after(...inputs: readonly (readonly [nowMs: number, input: PresenceInput])[]): PresenceStep {
  let state: PresenceState = initialPresence;
  let last: PresenceStep = { state, say: 'nothing', answer: undefined };
  for (const [nowMs, input] of inputs) {
    last = stepPresence(state, input, nowMs);
    state = last.state;
  }
  return last;
}

const brief = ({ say, answer, state }: PresenceStep) => [state.name, say, answer];

describe('the presence of a tunnel', () => {
  it('is asked for where nothing was heard', () => {
    expect(brief(after([0, wanted()]))).toEqual(['asking', 'question', undefined]);
  });

  it('is known for ten seconds from what was heard last, and asked for again after that', () => {
    expect(brief(after([0, heard], [9_999, wanted()]))).toEqual(['present', 'nothing', 'present']);
    expect(brief(after([0, heard], [10_000, wanted()]))).toEqual(['asking', 'question', undefined]);
  });

  it('is told as soon as anything is heard', () => {
    expect(brief(after([0, wanted()], [299, heard]))).toEqual(['present', 'nothing', 'present']);
  });

  it('is waited for 300 ms, and asked for twice', () => {
    const asked = after([0, wanted()]);
    expect(presenceDeadline(asked.state)).toBe(150);
    const again = after([0, wanted()], [150, tick]);
    expect(brief(again)).toEqual(['asking', 'again', undefined]);
    expect(presenceDeadline(again.state)).toBe(300);
    expect(brief(after([0, wanted()], [150, tick], [299, tick]))).toEqual(['asking', 'nothing', undefined]);
    expect(brief(after([0, wanted()], [150, tick], [300, tick]))).toEqual(['absent', 'nothing', 'absent']);
  });

  it('is waited for no longer than a tenth of what remains', () => {
    expect(brief(after([0, wanted(1000)], [99, tick]))[2]).toBeUndefined();
    expect(brief(after([0, wanted(1000)], [100, tick]))[2]).toBe('absent');
    expect(brief(after([0, wanted(-5)], [0, tick]))[2]).toBe('absent');
  });

  it('waits for a connection first, a second at most, and asks when it stands', () => {
    expect(brief(after([0, wanted(30_000, false)]))).toEqual(['asking', 'nothing', undefined]);
    expect(brief(after([0, wanted(30_000, false)], [500, tick]))).toEqual(['asking', 'nothing', undefined]);
    const asked = after([0, wanted(30_000, false)], [600, connected]);
    expect(brief(asked)).toEqual(['asking', 'question', undefined]);
    expect(brief(after([0, wanted(30_000, false)], [600, connected], [900, tick]))[2]).toBe('absent');
    expect(brief(after([0, wanted(30_000, false)], [900, connected], [1000, tick]))[2]).toBe('absent');
    expect(brief(after([0, wanted(30_000, false)], [1000, tick]))[2]).toBe('absent');
  });

  it('is asked for once more where the connection was lost meanwhile', () => {
    const lost = [
      [0, wanted()],
      [100, disconnected],
    ] as const;
    expect(brief(after(...lost, [400, tick]))).toEqual(['asking', 'nothing', undefined]);
    expect(brief(after(...lost, [400, connected]))).toEqual(['asking', 'question', undefined]);
    expect(brief(after(...lost, [1000, tick]))[2]).toBe('absent');
  });

  it('is not known any more when the connection was lost', () => {
    expect(brief(after([0, heard], [1, disconnected], [2, wanted()]))[0]).toBe('asking');
  });

  it('is no more when it says so', () => {
    expect(brief(after([0, heard], [1, gone], [2, wanted()]))[2]).toBe('absent');
    expect(brief(after([0, wanted()], [10, gone]))).toEqual(['absent', 'nothing', 'absent']);
  });
});

describe('the absence of a tunnel', () => {
  const absent = [
    [0, wanted()],
    [300, tick],
  ] as const;

  it('is remembered: nothing is waited for, and a Hello goes out each ten seconds', () => {
    expect(brief(after(...absent, [301, wanted()]))).toEqual(['absent', 'nothing', 'absent']);
    expect(brief(after(...absent, [10_300, wanted()]))).toEqual(['absent', 'again', 'absent']);
    expect(brief(after(...absent, [10_300, wanted()], [20_299, wanted()]))[1]).toBe('nothing');
    expect(brief(after(...absent, [10_300, wanted()], [20_300, wanted()]))[1]).toBe('again');
    expect(presenceDeadline(after(...absent).state)).toBeUndefined();
  });

  it('says no Hello without a connection', () => {
    expect(brief(after(...absent, [10_300, wanted(30_000, false)]))).toEqual(['absent', 'nothing', 'absent']);
  });

  it('ends with whatever is heard', () => {
    expect(brief(after(...absent, [5_000, heard], [5_001, wanted()]))).toEqual(['present', 'nothing', 'present']);
  });

  it('has a Hello said by the next invocation where a tunnel left: another may be there', () => {
    expect(brief(after([0, heard], [1, gone], [2, wanted()]))).toEqual(['absent', 'again', 'absent']);
  });

  it('has no Hello said earlier since the one before was refused', () => {
    expect(brief(after(...absent, [5_000, gone], [5_001, wanted()]))[1]).toBe('nothing');
    expect(brief(after(...absent, [5_000, gone], [10_300, wanted()]))[1]).toBe('again');
  });
});
