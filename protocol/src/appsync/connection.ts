import { ChannelError } from '../channel.ts';

/** The service sends a keep-alive each 60 s (AppSync Events Developer Guide); when one is missed, the socket is dead. */
export const silenceLimitMs = 70_000;
/** From dialling to `connection_ack`. AWS's own client waits as long. */
export const openLimitMs = 15_000;
const firstRetryMs = 250;
export const longestRetryMs = 20_000;
/**
 * The service cuts a connection off after 24 hours (AppSync Events Developer Guide). Before that a second one is opened
 * beside it, so that nothing falls between the two.
 */
export const renewAfterMs = 23 * 3_600_000;
/** When opening the second one failed, it is tried again after this. */
const renewAgainMs = 600_000;

/** The life of one WebSocket. */
export type ConnectionState =
  | { readonly name: 'idle' }
  | { readonly name: 'opening'; readonly attempt: number; readonly deadlineMs: number }
  | {
      readonly name: 'open';
      /** When the silence has lasted too long. */
      readonly silentMs: number;
      readonly silenceMs: number;
      readonly renewMs: number;
    }
  | { readonly name: 'waiting'; readonly attempt: number; readonly deadlineMs: number; readonly cause: ChannelError }
  | { readonly name: 'failed'; readonly cause: ChannelError }
  | { readonly name: 'closed' };

export type ConnectionInput =
  | { readonly type: 'start' }
  | { readonly type: 'acknowledged'; readonly connectionTimeoutMs: number }
  | { readonly type: 'heard' }
  /** `final`: trying again is of no use. */
  | { readonly type: 'lost'; readonly cause: ChannelError; readonly final: boolean }
  /** Somebody needs the connection now. */
  | { readonly type: 'wanted' }
  | { readonly type: 'renewed' }
  | { readonly type: 'tick' }
  | { readonly type: 'close' };

export type ConnectionEffect = 'dial' | 'hang-up' | 'subscribe' | 'renew';

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

/**
 * What a connection does next.
 *
 * | state | input | next | effects |
 * |---|---|---|---|
 * | idle | start | opening | dial |
 * | opening | acknowledged | open | subscribe |
 * | opening, open | lost, for good | failed | hang-up |
 * | opening, open | lost, or its time is over | waiting | hang-up |
 * | waiting | its time is over, or wanted | opening | dial |
 * | open | heard | open, longer | |
 * | open | 23 hours | open | renew: a second one beside it takes its place |
 * | any | close | closed | hang-up |
 *
 * @param random a number from 0 to 1, for the jitter of the next attempt.
 */
export function stepConnection(
  state: ConnectionState,
  input: ConnectionInput,
  nowMs: number,
  random: number,
): ConnectionStep {
  if (state.name === 'closed' || state.name === 'failed') return { state, effects: [] };
  switch (input.type) {
    case 'close':
      return { state: { name: 'closed' }, effects: ['hang-up'] };
    case 'start':
      return state.name === 'idle' ? dial(1, nowMs) : { state, effects: [] };
    case 'acknowledged': {
      if (state.name !== 'opening') return { state, effects: [] };
      const silenceMs = Math.min(silenceLimitMs, input.connectionTimeoutMs);
      return { state: opened(silenceMs, nowMs), effects: ['subscribe'] };
    }
    case 'heard':
      return { state: state.name === 'open' ? { ...state, silentMs: nowMs + state.silenceMs } : state, effects: [] };
    case 'lost':
      return state.name === 'opening' || state.name === 'open'
        ? lose(state, input, nowMs, random)
        : { state, effects: [] };
    case 'wanted':
      return state.name === 'waiting' ? dial(1, nowMs) : { state, effects: [] };
    case 'renewed':
      return { state: state.name === 'open' ? opened(state.silenceMs, nowMs) : state, effects: [] };
    case 'tick':
      return tick(state, nowMs, random);
    default:
      return input satisfies never;
  }
}

/** When the state wants a `tick`, or undefined. */
export function connectionDeadline(state: ConnectionState): number | undefined {
  if (state.name === 'open') return Math.min(state.silentMs, state.renewMs);
  return 'deadlineMs' in state ? state.deadlineMs : undefined;
}

function opened(silenceMs: number, nowMs: number): Extract<ConnectionState, { name: 'open' }> {
  return { name: 'open', silenceMs, silentMs: nowMs + silenceMs, renewMs: nowMs + renewAfterMs };
}

function dial(attempt: number, nowMs: number): ConnectionStep {
  return { state: { name: 'opening', attempt, deadlineMs: nowMs + openLimitMs }, effects: ['dial'] };
}

function tick(state: ConnectionState, nowMs: number, random: number): ConnectionStep {
  const deadlineMs = connectionDeadline(state);
  if (deadlineMs === undefined || nowMs < deadlineMs) return { state, effects: [] };
  const dead = (what: string) => ({ cause: new ChannelError('unreachable', what), final: false });
  switch (state.name) {
    case 'waiting':
      return dial(state.attempt + 1, nowMs);
    case 'opening':
      return lose(state, dead(`no connection_ack within ${openLimitMs / 1000} s`), nowMs, random);
    case 'open':
      if (nowMs >= state.silentMs)
        return lose(state, dead(`no keep-alive for ${state.silenceMs / 1000} s`), nowMs, random);
      return { state: { ...state, renewMs: nowMs + renewAgainMs }, effects: ['renew'] };
    default:
      return { state, effects: [] };
  }
}

function lose(
  state: Extract<ConnectionState, { name: 'opening' | 'open' }>,
  { cause, final }: { readonly cause: ChannelError; readonly final: boolean },
  nowMs: number,
  random: number,
): ConnectionStep {
  if (final) return { state: { name: 'failed', cause }, effects: ['hang-up'] };
  const attempt = state.name === 'opening' ? state.attempt : 0;
  // Full jitter: many clients that were cut off at once must not come back at once.
  const ceiling = Math.min(longestRetryMs, firstRetryMs * 2 ** attempt);
  return { state: { name: 'waiting', attempt, cause, deadlineMs: nowMs + ceiling * random }, effects: ['hang-up'] };
}
