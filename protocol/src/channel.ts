/**
 * Lossy datagrams on named channels: an event arrives once, twice or never, in any order, and is not kept for who is
 * absent. An adapter hides encoding, batches, signatures and connections.
 */
export interface Channel extends AsyncDisposable {
  /**
   * Resolves when the service accepted the events, which does not mean that anybody received them.
   * @throws ChannelError
   */
  publish(channel: string, events: readonly Uint8Array[]): Promise<void>;
  /**
   * Resolves when the service confirmed the subscription. It survives reconnects.
   * @throws ChannelError
   */
  subscribe(channel: string, onEvent: (event: Uint8Array) => void): Promise<void>;
  /** Somebody is about to use it: a connection that waits for its next attempt makes it now. */
  wanted(): void;
  readonly status: ChannelStatus;
  onStatus(listener: (status: ChannelStatus) => void): void;
}

export type ChannelStatus =
  | { readonly name: 'connecting'; readonly attempt: number }
  | { readonly name: 'open' }
  | { readonly name: 'waiting'; readonly retryInMs: number; readonly cause: ChannelError }
  | { readonly name: 'failed'; readonly cause: ChannelError }
  | { readonly name: 'closed' };

/**
 * Why an operation on a channel failed: `unreachable` (no connection, no answer), `refused` (credentials, permission or
 * a request that will never pass: trying again is of no use), `rejected` (this time: throttled, oversize, server error).
 */
export type ChannelErrorKind = 'unreachable' | 'refused' | 'rejected';

export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly kind: ChannelErrorKind;
  constructor(kind: ChannelErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
