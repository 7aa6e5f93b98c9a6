import type { Attach, Headers, Hello, Invoke } from '../messages.ts';
import type { SealedSession } from '../sealed-session.ts';

/** An execution environment in AWS that said Hello. */
export interface RemoteEnvironment {
  /** Its id in hex. */
  readonly id: string;
  readonly hello: Hello;
}

export interface TunnelInvocation {
  readonly environment: RemoteEnvironment;
  /** In hex. */
  readonly invocationId: string;
  readonly attach: Attach;
  readonly headers: Headers;
  readonly event: Uint8Array;
  /** On the clock of this core's `nowMs`: receipt and what remained. */
  readonly deadlineMs: number;
}

export type PeerEffect =
  | { readonly type: 'publish'; readonly environment: RemoteEnvironment; readonly events: readonly Uint8Array[] }
  /** An Attach arrived: is it by the function that the environment's Hello named? To be answered by `checked`. */
  | { readonly type: 'check'; readonly environment: RemoteEnvironment; readonly claim: Claim }
  | { readonly type: 'attached'; readonly environment: RemoteEnvironment; readonly attach: Attach }
  | { readonly type: 'invoke'; readonly invocation: TunnelInvocation }
  /** More of a streamed response may be written, or none is wanted any more. */
  | { readonly type: 'stream-ready'; readonly invocationId: string }
  | { readonly type: 'withdrawn'; readonly environment: RemoteEnvironment; readonly invocationId: string }
  | { readonly type: 'dropped'; readonly reason: string };

/** An Attach that has not been checked yet: nothing of it is believed, and the keys that it came under are not in force. */
export interface Claim {
  readonly attach: Attach;
  readonly session: SealedSession;
  /** The Invoke that waits for the check. An environment has one at a time. */
  waiting: ArrivedInvoke | undefined;
}

/** An Invoke, and how it came. */
export interface ArrivedInvoke {
  readonly invoke: Invoke;
  /** Number of its message among those sealed with its key. */
  readonly number: number;
  /** When the first segment of it arrived. */
  readonly firstMs: number;
}

/** What became of a claim: `text` tells the caller why its event is not run. */
export type Checked =
  | { readonly believed: true }
  | { readonly believed: false; readonly errorType: string; readonly text: string };

export function dropped(reason: string): Extract<PeerEffect, { type: 'dropped' }> {
  return { type: 'dropped', reason };
}
