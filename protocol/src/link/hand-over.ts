import type { HandOver, Message, TakeOver } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';
import { same } from './identifiers.ts';
import type { PeerEffect } from './remote-environment.ts';
import type { SessionEffect, SessionTunnels } from './session-tunnels.ts';
import type { TunnelPeer } from './tunnel-peer.ts';

/** Tunnels that are told how it goes: whoever is trusted may ask, with ever other instances. */
const maxAskers = 20;

export type HandOverEffect =
  | PeerEffect
  | SessionEffect
  /** This tunnel takes nothing more, since another one takes the session over; so many invocations run on here. */
  | { readonly type: 'handing-over'; readonly to: TakeOver; readonly unfinished: number }
  /** Nothing runs here any more, and nothing is started. */
  | { readonly type: 'handed-over'; readonly to: TakeOver; readonly finished: number };

/**
 * The session, given up to another tunnel.
 *
 * | state | on | next |
 * |---|---|---|
 * | serving | a TakeOver that is believed | finishing: no environment is welcomed any more |
 * | finishing | nothing of an environment runs, and no result is on its way to it | finishing: it is told Goodbye |
 * | finishing | an environment begins something new | finishing: it is told Goodbye, and its event is the other's |
 * | finishing | all were told | ended |
 * | any | a TakeOver | the same: a HandOver says how far it is |
 */
type State =
  | { readonly name: 'serving' }
  | {
      readonly name: 'finishing' | 'ended';
      /** Who was the first to ask. */
      readonly to: TakeOver;
      readonly askers: readonly TakeOver[];
      /** How many ran when it was asked. */
      readonly running: number;
    };

/** An environment that may be told Goodbye. */
export interface Leavable {
  readonly peer: TunnelPeer;
  /** Keys that it may have besides those in force. */
  readonly offered: readonly SealedSession[];
}

export interface HandOvers {
  readonly name: State['name'];
  asked(by: TakeOver, nowMs: number): readonly HandOverEffect[];
  /** Whether an environment is to go to the other tunnel with what it says. */
  passesOn(environment: Leavable, message: Message, nowMs: number): boolean;
  /** Tells an environment to go there. */
  passOn(environment: Leavable, nowMs: number): readonly HandOverEffect[];
  /** Says Goodbye to those that have nothing more to wait for, and ends when that is all. */
  settle(nowMs: number): readonly HandOverEffect[];
  /** The tunnel leaves, whatever still runs. */
  leave(reason: string, nowMs: number): readonly HandOverEffect[];
  nextTickMs(): number | undefined;
}

export function createHandOvers({
  tunnels,
  environments,
}: {
  readonly tunnels: Pick<SessionTunnels, 'handOver'>;
  readonly environments: () => readonly Leavable[];
}): HandOvers {
  let state: State = { name: 'serving' };

  const present = () => environments().filter(({ peer }) => !peer.left);

  function account(nowMs: number): Pick<HandOver, 'finished' | 'unfinishedCount' | 'unfinished' | 'ended'> {
    const unfinished = present().flatMap(({ peer }) =>
      peer.unfinished(nowMs).map((runningMs) => ({
        functionPath: peer.environment.hello.functionPath,
        runningMs: Math.floor(runningMs),
      })),
    );
    const unfinishedCount = unfinished.length;
    const finished = state.name === 'serving' ? 0 : Math.max(0, state.running - unfinishedCount);
    return { finished, unfinishedCount, unfinished, ended: state.name === 'ended' };
  }

  function tell(environments: readonly Leavable[], nowMs: number): readonly HandOverEffect[] {
    if (state.name === 'serving') return [];
    const { owner, tunnelInstance: successor } = state.to;
    const parting = { reason: `${owner || 'another tunnel'} took the session over`, successor };
    return environments.flatMap(({ peer, offered }) => peer.leave(parting, nowMs, offered));
  }

  function settle(nowMs: number): readonly HandOverEffect[] {
    if (state.name !== 'finishing') return [];
    const { to } = state;
    const free = present().filter(({ peer }) => nowMs >= peer.quietFromMs());
    const left = tell(free, nowMs);
    if (present().length > 0) return left;
    state = { ...state, name: 'ended' };
    const said = account(nowMs);
    const told = state.askers.map((each) => tunnels.handOver(each, said));
    return [...left, ...told, { type: 'handed-over', to, finished: said.finished }];
  }

  return {
    get name() {
      return state.name;
    },
    asked(by, nowMs) {
      if (state.name === 'serving') {
        const running = account(nowMs).unfinishedCount;
        state = { name: 'finishing', to: by, askers: [by], running };
        const answered = tunnels.handOver(by, account(nowMs));
        return [{ type: 'handing-over', to: by, unfinished: running }, answered, ...settle(nowMs)];
      }
      const isNew = !state.askers.some(({ tunnelInstance }) => same(tunnelInstance, by.tunnelInstance));
      if (isNew && state.askers.length < maxAskers) state = { ...state, askers: [...state.askers, by] };
      return [tunnels.handOver(by, account(nowMs))];
    },
    passesOn: ({ peer }, message, nowMs) => state.name !== 'serving' && !peer.left && peer.beginsAnew(message, nowMs),
    passOn: (environment, nowMs) => [...tell([environment], nowMs), ...settle(nowMs)],
    settle,
    leave(reason, nowMs) {
      const parting = { reason, successor: state.name === 'serving' ? new Uint8Array(0) : state.to.tunnelInstance };
      const { finished } = account(nowMs);
      const left = present().flatMap(({ peer, offered }) => peer.leave(parting, nowMs, offered));
      if (state.name === 'serving') return left;
      state = { ...state, name: 'ended' };
      const said = { finished, unfinishedCount: 0, unfinished: [], ended: true };
      return [...left, ...state.askers.map((each) => tunnels.handOver(each, said))];
    },
    nextTickMs() {
      if (state.name !== 'finishing') return undefined;
      const due = present().map(({ peer }) => peer.quietFromMs());
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
}
