import type { TakeOver, TakeOverNews, TunnelHere } from '@live-lambda/protocol';
import { fingerprintOf } from '@live-lambda/protocol/identity';
import type { Host, OtherTunnel } from '../host.ts';
import { refusedTakeOverText, rivalText } from './rival-text.ts';

export interface SessionSharingOptions {
  readonly host: Host;
  /** Those that hold the session are asked for it as soon as they are known. */
  readonly takeOverAtOnce: boolean;
  /** Asks those that hold the session. */
  readonly ask: () => Promise<void>;
  /** What is held here runs: nobody goes on with it later. */
  readonly resume: () => void;
}

/** What a connection is told of the other tunnels of its session. */
export interface SharedSession {
  /** Whether another tunnel of the session was ever heard of. */
  hasOthers(): boolean;
  rival(here: TunnelHere, isHolder: boolean): void;
  takeOver(news: TakeOverNews): void;
  takeOverRefused(by: TakeOver): void;
  /** @param stacks those of the connection; null where it is the only one */
  handingOver(to: TakeOver, unfinished: number, stacks: readonly string[] | null): void;
  handedOver(to: TakeOver, finished: number, stacks: readonly string[] | null, isLast: boolean): void;
}

/** A tunnel and the others of its session, over all its connections: what is asked, and what the developer is told. */
export interface SessionSharing {
  of(session: string): SharedSession;
  /** Asks those that hold the session, if any. @returns whether there was one */
  takeOver(): boolean;
  /** Whose tunnels were asked and have not ended yet. */
  readonly asked: readonly string[];
  /** Whose tunnels take the session from this one. */
  readonly successors: readonly string[];
}

/** A tunnel that holds the session, as one connection knows it: on each it is another instance. */
interface Holder {
  readonly other: OtherTunnel;
  readonly state: 'known' | 'asked' | Exclude<TakeOverNews['state'], 'waiting'>;
  readonly news: Extract<TakeOverNews, { state: 'waiting' }> | undefined;
  readonly finished: number;
}

/** Requests by strangers that are told; whoever may publish could make up any number of keys. */
const maxToldRefusals = 3;

export function createSessionSharing({ host, takeOverAtOnce, ask, resume }: SessionSharingOptions): SessionSharing {
  /** By instance. */
  const holders = new Map<string, Holder>();
  const refused = new Set<string>();
  const successors = new Set<string>();
  let isShared = false;
  const warn = (text: string) => host.notify({ type: 'note', level: 'warning', text });
  const all = () => [...holders.values()];
  const partsOf = (other: OtherTunnel) => all().filter((each) => isSame(each.other, other));

  function takeOver(): boolean {
    const known = [...holders].filter(([, { state }]) => state === 'known' || state === 'unanswered');
    for (const [instance, holder] of known) holders.set(instance, { ...holder, state: 'asked', news: undefined });
    const told = new Map(known.map(([, { other }]) => [JSON.stringify(other), other]));
    for (const other of told.values())
      host.notify({ type: 'taking-over', ...other, unfinishedCount: undefined, unfinished: [] });
    if (known.length > 0) void ask();
    return known.length > 0;
  }

  /** The other tunnel is told of as one, however many connections both have. */
  function tell(other: OtherTunnel): void {
    const parts = partsOf(other);
    if (parts.some(({ state }) => state === 'asked')) {
      const unfinished = parts.flatMap(({ news }) => news?.unfinished ?? []);
      const unfinishedCount = parts.reduce((sum, { news }) => sum + (news?.unfinishedCount ?? 0), 0);
      const named = unfinished.map(({ functionPath, runningMs }) => ({ function: functionPath, runningMs }));
      host.notify({ type: 'taking-over', ...other, unfinishedCount, unfinished: named });
      return;
    }
    const outcome = (['unanswered', 'gone', 'ended'] as const).find((each) =>
      parts.some(({ state }) => state === each),
    );
    const finished = parts.reduce((sum, part) => sum + part.finished, 0);
    if (outcome) host.notify({ type: 'taken-over', ...other, outcome, finished });
  }

  return {
    takeOver,
    get asked() {
      return [...new Set(all().flatMap(({ state, other }) => (state === 'asked' ? other.owner : [])))];
    },
    get successors() {
      return [...successors];
    },
    of: (session) => ({
      hasOthers: () => isShared,
      rival(here, isHolder) {
        isShared = true;
        warn(rivalText(here, session, isHolder));
        if (!isHolder) return;
        const other = otherOf(here, session);
        const isKnown = partsOf(other).length > 0;
        holders.set(idOf(here.tunnelInstance), { other, state: 'known', news: undefined, finished: 0 });
        if (takeOverAtOnce) takeOver();
        else if (!isKnown) host.notify({ type: 'take-over-offered', ...other });
      },
      takeOver(news) {
        const { tunnelInstance } = news.holder;
        const other = otherOf(news.holder, session);
        const waiting = news.state === 'waiting' ? news : undefined;
        const finished = news.state === 'waiting' || news.state === 'ended' ? news.finished : 0;
        const state = news.state === 'waiting' ? 'asked' : news.state;
        holders.set(idOf(tunnelInstance), { other, state, news: waiting, finished });
        tell(other);
      },
      takeOverRefused({ owner, identityKey }) {
        const key = identityKey.length > 0 ? fingerprintOf(identityKey) : '';
        if (refused.has(key) || refused.size >= maxToldRefusals) return;
        refused.add(key);
        warn(refusedTakeOverText({ owner, key, session }));
      },
      handingOver(to, unfinished, stacks) {
        resume();
        successors.add(otherOf(to, session).owner);
        host.notify({ type: 'handing-over', ...otherOf(to, session), unfinished, stacks });
      },
      handedOver: (to, finished, stacks, isLast) =>
        host.notify({ type: 'handed-over', ...otherOf(to, session), finished, stacks, isLast }),
    }),
  };
}

function otherOf({ owner, identityKey }: Pick<TunnelHere, 'owner' | 'identityKey'>, session: string): OtherTunnel {
  return { session, owner: owner || 'somebody', key: identityKey.length > 0 ? fingerprintOf(identityKey) : null };
}

function isSame(a: OtherTunnel, b: OtherTunnel): boolean {
  return a.session === b.session && a.owner === b.owner && a.key === b.key;
}

function idOf(instance: Uint8Array): string {
  return Buffer.from(instance).toString('hex');
}
