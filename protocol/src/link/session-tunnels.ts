import type { HandOver, SessionMessageKind, Signed, TakeOver, TunnelHere } from '../messages.ts';
import { encodeChannelEvent } from '../wire/channel-event.ts';
import {
  decodeHandOver,
  decodeTakeOver,
  decodeTunnelHere,
  encodeHandOver,
  encodeTakeOver,
  encodeTunnelHere,
} from '../wire/session-message.ts';
import { same } from './identifiers.ts';
import { dropped, type PeerEffect } from './remote-environment.ts';
import { createRivals } from './rivals.ts';
import { judgeSessionMessage, signSessionMessage } from './session-trust.ts';
import { createTakeOvers, type TakeOverNews } from './take-over.ts';
import type { TunnelIdentity, TunnelTrust } from './trust.ts';

/** Something for the session's own channel. */
export interface Announcement {
  readonly type: 'announce';
  readonly events: readonly Uint8Array[];
}

export type SessionEffect =
  | Extract<PeerEffect, { type: 'dropped' }>
  | Announcement
  /** Another tunnel holds this session too; `isHolder`: it was there before this one, which may be known only later. */
  | { readonly type: 'rival'; readonly here: TunnelHere; readonly isHolder: boolean }
  /** Somebody who has the key asks for the session, and the key is not trusted. */
  | { readonly type: 'take-over-refused'; readonly by: TakeOver }
  | { readonly type: 'take-over'; readonly news: TakeOverNews };

/** Another tunnel, which is trusted, asks for the session. To be answered, each time, by `handOver`. */
export interface TakeOverAsked {
  readonly type: 'take-over-asked';
  readonly by: TakeOver;
}

export interface SessionTunnelsOptions {
  /** The tunnel's own instance id. */
  readonly instance: Uint8Array;
  readonly app: string;
  readonly session: string;
  /** Who runs this tunnel, for people: user and host. */
  readonly owner: string;
  /** Signs what is said; without it only those believe it that trust IAM alone. */
  readonly identity: TunnelIdentity | undefined;
  /** Which other tunnels are believed. */
  readonly trust: TunnelTrust | undefined;
}

/** What a tunnel and the others of its session say to each other. */
export interface SessionTunnels {
  /** This tunnel hears the session, from now on at the latest. */
  listening(nowMs: number): void;
  /** Says that this tunnel is here. */
  announce(nowMs: number): readonly SessionEffect[];
  /** @throws WireError for a body that is no such message. */
  heard(kind: SessionMessageKind, signed: Signed, nowMs: number): readonly (SessionEffect | TakeOverAsked)[];
  /** Asks those that were there before this tunnel for the session. */
  takeOver(nowMs: number): readonly SessionEffect[];
  /** Says to one that asked for the session how far this tunnel is. */
  handOver(to: TakeOver, how: Pick<HandOver, 'finished' | 'unfinishedCount' | 'unfinished' | 'ended'>): Announcement;
  /** This tunnel hears nothing of the session until it says again that it is here. */
  deaf(): void;
  /**
   * Since when no other one can have taken an invocation, or undefined: before this tunnel has said that it is here, one that
   * was there before, and has said nothing since, may have taken any.
   */
  aloneSinceMs(): number | undefined;
  tick(nowMs: number): readonly SessionEffect[];
  nextTickMs(): number | undefined;
}

export function createSessionTunnels(options: SessionTunnelsOptions): SessionTunnels {
  const { instance, identity, trust, owner, app, session } = options;
  const identityKey = identity?.publicKey ?? new Uint8Array(0);
  const rivals = createRivals();
  const takeOvers = createTakeOvers();
  let startMs: number | undefined;
  /** Since when another one would have heard of this one, and answered. */
  let askedMs: number | undefined;

  function say(kind: SessionMessageKind, body: Uint8Array): Announcement {
    return {
      type: 'announce',
      events: [encodeChannelEvent({ kind, signed: signSessionMessage(identity, kind, body) })],
    };
  }

  function announce(nowMs: number): readonly SessionEffect[] {
    startMs ??= nowMs;
    askedMs ??= nowMs;
    rivals.announced(nowMs);
    const ageMs = Math.floor(nowMs - startMs);
    return [say('tunnel-here', encodeTunnelHere({ tunnelInstance: instance, ageMs, identityKey, owner }))];
  }

  function hereHeard(signed: Signed, nowMs: number): readonly SessionEffect[] {
    const here = decodeTunnelHere(signed.body);
    if (same(here.tunnelInstance, instance)) return [];
    if (judgeSessionMessage(trust, 'tunnel-here', here, signed) !== 'believed')
      return [dropped('a TunnelHere by a key that is not trusted')];
    const { isNew, isAnswered, formerlySinceMs, sinceMs } = rivals.heard(here, nowMs);
    const ownMs = startMs ?? nowMs;
    const isHolder = sinceMs < ownMs;
    // What it said first may have come late: then it seemed to have come after this one.
    const isTold = isNew || (isHolder && formerlySinceMs >= ownMs);
    return [...(isTold ? [{ type: 'rival' as const, here, isHolder }] : []), ...(isAnswered ? announce(nowMs) : [])];
  }

  function takeOverHeard(signed: Signed): readonly (SessionEffect | TakeOverAsked)[] {
    const asked = decodeTakeOver(signed.body);
    // Whoever was meant, what was recorded of an earlier start names another instance.
    if (!same(asked.holderInstance, instance) || asked.app !== app || asked.session !== session) return [];
    const verdict = judgeSessionMessage(trust, 'take-over', asked, signed);
    if (verdict === 'believed') return [{ type: 'take-over-asked', by: asked }];
    if (verdict === 'stranger') return [{ type: 'take-over-refused', by: asked }];
    return [dropped('a TakeOver whose signature is not by its key')];
  }

  function handOverHeard(signed: Signed, nowMs: number): readonly SessionEffect[] {
    const said = decodeHandOver(signed.body);
    if (!same(said.toInstance, instance)) return [];
    if (judgeSessionMessage(trust, 'hand-over', said, signed) !== 'believed')
      return [dropped('a HandOver by a key that is not trusted')];
    const news = takeOvers.heard(said, nowMs);
    if (!news) return [];
    if (news.state === 'ended') rivals.left(said.tunnelInstance, nowMs);
    return [{ type: 'take-over', news }];
  }

  function asking(nowMs: number): readonly SessionEffect[] {
    const { ask, news } = takeOvers.tick(nowMs);
    return [
      ...ask.map(({ tunnelInstance: holderInstance }) =>
        say(
          'take-over',
          encodeTakeOver({ tunnelInstance: instance, holderInstance, identityKey, owner, app, session }),
        ),
      ),
      ...news.map((each) => ({ type: 'take-over' as const, news: each })),
    ];
  }

  return {
    listening(nowMs) {
      startMs ??= nowMs;
    },
    announce,
    heard(kind, signed, nowMs) {
      if (kind === 'tunnel-here') return hereHeard(signed, nowMs);
      return kind === 'take-over' ? takeOverHeard(signed) : handOverHeard(signed, nowMs);
    },
    takeOver(nowMs) {
      const before = startMs ?? nowMs;
      for (const { here, sinceMs } of rivals.present(nowMs)) if (sinceMs < before) takeOvers.ask(here, nowMs);
      return asking(nowMs);
    },
    handOver: ({ tunnelInstance: toInstance }, how) =>
      say('hand-over', encodeHandOver({ tunnelInstance: instance, toInstance, identityKey, ...how })),
    deaf() {
      askedMs = undefined;
    },
    aloneSinceMs: () => (askedMs === undefined ? undefined : Math.max(askedMs, rivals.aloneSinceMs() ?? askedMs)),
    tick(nowMs) {
      const due = rivals.nextMs();
      return [...(due !== undefined && nowMs >= due ? announce(nowMs) : []), ...asking(nowMs)];
    },
    nextTickMs() {
      const due = [rivals.nextMs() ?? [], takeOvers.nextTickMs() ?? []].flat();
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
}
