import {
  askPresenceAgainShare,
  connectForPresenceMs,
  heardRecentlyMs,
  helloWhileAbsentMs,
  presenceMs,
  presenceShare,
} from './timing.ts';

/**
 * Whether a tunnel is there, for a stub that has something else to run where none is. It is decided before an invocation
 * is published, and once for each.
 *
 * | state | on | next | answer |
 * |---|---|---|---|
 * | unknown | an invocation | asking: a question goes out as soon as the connection stands | |
 * | present, heard in the last 10 s | an invocation | present | present |
 * | present, heard before that | an invocation | asking | |
 * | asking | anything under seal, or a Welcome | present | present |
 * | asking | half of its time | asking: another question goes out | |
 * | asking | the connection is lost | asking, for as long as a new one may take | |
 * | asking | its time is over; Goodbye, a refusal | absent | absent |
 * | absent | an invocation | absent; a Hello goes out, at most each 10 s | absent |
 * | absent | a Welcome | present | |
 * | present | Goodbye, silence, a refusal | absent | |
 * | asking | Goodbye of a tunnel that another one replaces | asking: that one is asked | |
 * | any other | Goodbye of a tunnel that another one replaces | unknown | |
 */
export type PresenceState =
  | { readonly name: 'unknown' }
  | {
      readonly name: 'asking';
      readonly untilMs: number;
      /** When the next question is due; undefined while there is no connection, or after the last one. */
      readonly askMs: number | undefined;
      /** No question is waited for longer than this, whatever becomes of the connection. */
      readonly latestMs: number;
    }
  | { readonly name: 'present'; readonly heardMs: number }
  | { readonly name: 'absent'; readonly helloMs: number };

export type PresenceInput =
  /** An invocation wants to know. */
  | { readonly type: 'wanted'; readonly remainingMs: number; readonly connected: boolean }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' }
  | { readonly type: 'heard' }
  /** The tunnel said Goodbye, refused, or was silent for too long. */
  | { readonly type: 'gone' }
  /** The tunnel said Goodbye, and that another one takes its place. */
  | { readonly type: 'replaced' }
  | { readonly type: 'tick' };

export interface PresenceStep {
  readonly state: PresenceState;
  /** `question`: whatever the tunnel would answer at once; `again`: what also one that was started anew would. */
  readonly say: 'nothing' | 'question' | 'again';
  /** What the invocation that wants to know is told; undefined while it waits, or none does. */
  readonly answer: 'present' | 'absent' | undefined;
}

export const initialPresence: PresenceState = { name: 'unknown' };

/** The one place that changes what is known about a tunnel's presence. */
export function stepPresence(state: PresenceState, input: PresenceInput, nowMs: number): PresenceStep {
  switch (input.type) {
    case 'wanted':
      return wanted(state, input, nowMs);
    case 'heard':
      return { state: { name: 'present', heardMs: nowMs }, say: 'nothing', answer: answerTo(state, 'present') };
    case 'gone':
      return { state: absent(state, nowMs), say: 'nothing', answer: answerTo(state, 'absent') };
    case 'replaced':
      if (state.name !== 'asking') return stay(initialPresence);
      return { state: { ...state, askMs: undefined }, say: 'again', answer: undefined };
    case 'connected':
      return state.name === 'asking' ? ask(state.latestMs, nowMs) : stay(state);
    case 'disconnected':
      if (state.name === 'asking') return stay({ ...state, untilMs: state.latestMs, askMs: undefined });
      // What was heard over the connection before says little about who answers over the next.
      return stay(state.name === 'present' ? initialPresence : state);
    case 'tick':
      return tick(state, nowMs);
    default:
      return input satisfies never;
  }
}

/** When the state wants a `tick`, or undefined. */
export function presenceDeadline(state: PresenceState): number | undefined {
  return state.name === 'asking' ? Math.min(state.untilMs, state.askMs ?? state.untilMs) : undefined;
}

function wanted(
  state: PresenceState,
  { remainingMs, connected }: Extract<PresenceInput, { type: 'wanted' }>,
  nowMs: number,
): PresenceStep {
  if (state.name === 'present' && nowMs - state.heardMs < heardRecentlyMs)
    return { state, say: 'nothing', answer: 'present' };
  if (state.name === 'absent') {
    if (!connected || nowMs < state.helloMs) return { state, say: 'nothing', answer: 'absent' };
    return { state: { name: 'absent', helloMs: nowMs + helloWhileAbsentMs }, say: 'again', answer: 'absent' };
  }
  const shareMs = Math.max(0, remainingMs) * presenceShare;
  const latestMs = nowMs + Math.min(connectForPresenceMs, shareMs);
  if (connected) return ask(latestMs, nowMs);
  return stay({ name: 'asking', untilMs: latestMs, askMs: undefined, latestMs });
}

function ask(latestMs: number, nowMs: number): PresenceStep {
  const untilMs = Math.min(latestMs, nowMs + presenceMs);
  const askMs = nowMs + (untilMs - nowMs) * askPresenceAgainShare;
  return { state: { name: 'asking', untilMs, askMs, latestMs }, say: 'question', answer: undefined };
}

function tick(state: PresenceState, nowMs: number): PresenceStep {
  if (state.name !== 'asking') return stay(state);
  if (nowMs >= state.untilMs) return { state: absent(state, nowMs), say: 'nothing', answer: 'absent' };
  if (state.askMs === undefined || nowMs < state.askMs) return stay(state);
  return { state: { ...state, askMs: undefined }, say: 'again', answer: undefined };
}

/** Whoever was asked in vain is asked again after the usual time, and whoever left at once: another may be there. */
function absent(state: PresenceState, nowMs: number): PresenceState {
  if (state.name === 'absent') return state;
  return { name: 'absent', helloMs: state.name === 'asking' ? nowMs + helloWhileAbsentMs : nowMs };
}

function answerTo(state: PresenceState, answer: 'present' | 'absent'): PresenceStep['answer'] {
  return state.name === 'asking' ? answer : undefined;
}

function stay(state: PresenceState): PresenceStep {
  return { state, say: 'nothing', answer: undefined };
}
