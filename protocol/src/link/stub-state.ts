import type { EphemeralKey } from '../handshake.ts';
import type { Attach, Headers, Hello, Result } from '../messages.ts';
import type { SealedMessage, SealedSession } from '../sealed-session.ts';
import type { StreamReceiver } from './stream.ts';

/** What an execution environment says about itself before anything is sealed. */
export type StubIdentity = Pick<
  Hello,
  'apiHost' | 'region' | 'app' | 'session' | 'functionName' | 'functionPath' | 'environmentId' | 'release'
>;

/** What the stub knows of its environment when it attaches. */
export type Attachment = Omit<Attach, 'kind'>;

/** One event that Lambda gave to the stub. */
export interface StubInvocation {
  readonly headers: Headers;
  readonly event: Uint8Array;
  /** On the clock of this core's `nowMs`. */
  readonly deadlineMs: number;
}

/**
 * Why there is no result: the Events API could not be reached, or refused; nobody answered the Hello; the tunnel said
 * that it does not serve this function; it left; it went silent; the function's time was over.
 */
export type StubFailure =
  | 'api-unreachable'
  | 'api-refused'
  | 'nobody-answered'
  | 'tunnel-refused'
  | 'tunnel-left'
  | 'tunnel-silent'
  | 'out-of-time';

export type StubOutcome =
  | { readonly type: 'result'; readonly result: Result }
  /** A stream has ended, in an error where there is one. */
  | { readonly type: 'streamed'; readonly error: Uint8Array | undefined }
  | Failed;

/** There is no result. */
export interface Failed {
  readonly type: 'failed';
  readonly failure: StubFailure;
  /** What exactly happened, for people. May be empty. */
  readonly detail: string;
  /** Whether the invocation was published, so that the handler may have run. */
  readonly mayHaveRun: boolean;
}

export type StubEffect =
  | {
      readonly type: 'publish';
      readonly events: readonly Uint8Array[];
      /** Set where the core wants to know when it is out: while it is on its way, silence does not count. */
      readonly upload: boolean;
    }
  | { readonly type: 'settle'; readonly outcome: StubOutcome }
  /** The answer to a look: why nobody is there, or that somebody is. */
  | { readonly type: 'presence'; readonly absence: Failed | undefined }
  /** The response is a stream: its headers, then its data in order; it ends with the settling. */
  | { readonly type: 'stream-start'; readonly headers: Headers }
  | { readonly type: 'stream-data'; readonly data: Uint8Array }
  | { readonly type: 'dropped'; readonly reason: string };

/**
 * The tunnel as this stub sees it.
 *
 * | state | on | next |
 * |---|---|---|
 * | unknown | an invocation, or the start | greeting: a Hello goes out, again and again while somebody waits |
 * | greeting | a Welcome for this Hello that is believed | attached: Attach goes out, and the waiting invocation |
 * | greeting | a refusal that is believed | unknown; the waiting invocation fails |
 * | attached | Goodbye | unknown; what it has started fails |
 * | attached | Goodbye, and the invocation may be another tunnel's, or its answer on its way | greeting |
 * | attached | silence | greeting, with new keys; the keys before are still heard |
 */
export type Tunnel =
  | { readonly name: 'unknown' }
  | { readonly name: 'greeting'; readonly greeting: Greeting; sent: number; nextSendMs: number }
  | Attached;

export interface Attached {
  readonly name: 'attached';
  readonly session: SealedSession;
  readonly instance: Uint8Array;
  heardSealed: boolean;
  /** When it was heard of last. */
  heardMs: number;
}

export interface Greeting {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly key: EphemeralKey;
}

/**
 * The invocation at hand: there is never more than one in an execution environment.
 *
 * | state | on | next |
 * |---|---|---|
 * | seeking | a tunnel is attached | sent |
 * | seeking | its time for that is over | settled: failed, nothing was published |
 * | sent | Accepted | accepted |
 * | sent | nothing for 400 ms, then twice as long each time | sent: asks, and sends again what is small |
 * | sent, accepted | the tunnel lacks something of it | sent: that is sent again |
 * | sent, accepted, lost | the whole Result | settled |
 * | sent, accepted | a chunk of a stream | accepted: data goes out in order |
 * | sent, accepted | the end of a stream | settled |
 * | sent, accepted | silence | lost: Hello |
 * | sent, accepted, lost | Goodbye that says that it was not started | seeking: another tunnel may take it |
 * | sent, accepted | Goodbye that says that it was started | settled: failed |
 * | sent, accepted | Goodbye that says that it was answered | lost: no other tunnel may take it |
 * | sent | Goodbye that does not say, which may have been said before the Invoke arrived | lost: Hello |
 * | accepted | Goodbye that does not say | settled: failed |
 * | lost | the same tunnel, or one that has long been alone, welcomes | sent again, under the same id |
 * | lost | another tunnel, or its time is over | settled: failed, it may have run |
 * | any | 250 ms before the deadline | settled: failed |
 */
export interface Current {
  readonly id: Uint8Array;
  readonly invocation: StubInvocation;
  state: 'seeking' | 'sent' | 'accepted' | 'lost';
  /** Seeking and lost: when to give up. */
  giveUpMs: number;
  /** When it was first published to the tunnel that may have it, and which that is. */
  published: { readonly atMs: number; readonly instance: Uint8Array } | undefined;
  outbox: SealedMessage | undefined;
  /** Events are on their way out. */
  uploading: boolean;
  /** Since when a sign of life is waited for; undefined while none is due. */
  awaitingMs: number | undefined;
  nextAskMs: number;
  /** Lost or seeking, and the tunnel that it was sent to said Goodbye. */
  left: Failed | undefined;
  /** The tunnel that it was sent to has started it: no other one may. */
  isBarred: boolean;
  /** Questions since the last sign of life. */
  unanswered: number;
  acceptedMs: number | undefined;
  /** Questions since it was accepted. */
  asked: number;
  /** Set once a part of a streamed response arrived. */
  stream: { readonly receiver: StreamReceiver; headers: Headers | undefined; started: boolean } | undefined;
}
