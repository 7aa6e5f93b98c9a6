import { describe, expect, it } from 'vitest';
import { ChannelError } from '../channel.ts';
import {
  type ConnectionInput,
  type ConnectionState,
  connectionDeadline,
  longestRetryMs,
  openLimitMs,
  renewAfterMs,
  silenceLimitMs,
  stepConnection,
} from './connection.ts';

const unreachable = new ChannelError('unreachable', 'gone');
const refused = new ChannelError('refused', 'no permission');
const ack: ConnectionInput = { type: 'acknowledged', connectionTimeoutMs: 300_000 };

function play(inputs: readonly (readonly [ConnectionInput, number])[], random = 1) {
  let state: ConnectionState = { name: 'idle' };
  const effects: string[] = [];
  for (const [input, nowMs] of inputs) {
    const step = stepConnection(state, input, nowMs, random);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

describe('a connection', () => {
  it('dials, and subscribes once it is acknowledged', () => {
    expect(
      play([
        [{ type: 'start' }, 0],
        [ack, 100],
      ]),
    ).toEqual({
      state: { name: 'open', silenceMs: silenceLimitMs, silentMs: 100 + silenceLimitMs, renewMs: 100 + renewAfterMs },
      effects: ['dial', 'subscribe'],
    });
  });

  it('gives up on a service that never acknowledges, and tries again', () => {
    const { state, effects } = play([
      [{ type: 'start' }, 0],
      [{ type: 'tick' }, openLimitMs],
    ]);
    expect(state).toMatchObject({ name: 'waiting', cause: { kind: 'unreachable' } });
    expect(effects).toEqual(['dial', 'hang-up']);
    const again = stepConnection(state, { type: 'tick' }, connectionDeadline(state) ?? 0, 1);
    expect(again).toMatchObject({ state: { name: 'opening', attempt: 2 }, effects: ['dial'] });
  });

  it('is dead after a missed keep-alive, and alive while anything is heard', () => {
    const heard = play([
      [{ type: 'start' }, 0],
      [ack, 0],
      [{ type: 'heard' }, 60_000],
      [{ type: 'tick' }, silenceLimitMs],
    ]);
    expect(heard.state.name).toBe('open');
    const silent = play([
      [{ type: 'start' }, 0],
      [ack, 0],
      [{ type: 'tick' }, silenceLimitMs],
    ]);
    expect(silent.state).toMatchObject({ name: 'waiting' });
    expect(silent.effects).toEqual(['dial', 'subscribe', 'hang-up']);
  });

  it('honours a shorter limit of the service', () => {
    const { state } = play([
      [{ type: 'start' }, 0],
      [{ type: 'acknowledged', connectionTimeoutMs: 5000 }, 0],
    ]);
    expect(connectionDeadline(state)).toBe(5000);
  });

  it('waits longer after each failure, up to a ceiling, at random up to that', () => {
    let state: ConnectionState = { name: 'idle' };
    let nowMs = 0;
    const waits: number[] = [];
    state = stepConnection(state, { type: 'start' }, nowMs, 1).state;
    for (let attempt = 1; attempt <= 10; attempt++) {
      state = stepConnection(state, { type: 'lost', cause: unreachable, final: false }, nowMs, 1).state;
      waits.push((connectionDeadline(state) ?? 0) - nowMs);
      nowMs = connectionDeadline(state) ?? 0;
      state = stepConnection(state, { type: 'tick' }, nowMs, 1).state;
    }
    expect(waits.slice(0, 3)).toEqual([500, 1000, 2000]);
    expect(waits.at(-1)).toBe(longestRetryMs);
    const half = play(
      [
        [{ type: 'start' }, 0],
        [{ type: 'lost', cause: unreachable, final: false }, 0],
      ],
      0.5,
    );
    expect(connectionDeadline(half.state)).toBe(250);
  });

  it('stops for good when it is refused', () => {
    const { state, effects } = play([
      [{ type: 'start' }, 0],
      [{ type: 'lost', cause: refused, final: true }, 0],
      [{ type: 'tick' }, 99_999],
    ]);
    expect(state).toEqual({ name: 'failed', cause: refused });
    expect(effects).toEqual(['dial', 'hang-up']);
  });

  it('is closed once and for all', () => {
    const { state, effects } = play([
      [{ type: 'start' }, 0],
      [ack, 0],
      [{ type: 'close' }, 1],
      [{ type: 'close' }, 2],
      [{ type: 'start' }, 3],
    ]);
    expect(state).toEqual({ name: 'closed' });
    expect(effects).toEqual(['dial', 'subscribe', 'hang-up']);
  });
});
