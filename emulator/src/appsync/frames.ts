/**
 * The JSON frames that AppSync Events sends. Source: "Understanding the Event API WebSocket protocol" in the AWS
 * AppSync Events guide; `connection_error` and `error` are not described there but are sent.
 */

/** How AppSync Events names what went wrong, in frames and in HTTP answers. */
export interface AppSyncError {
  readonly errorType: string;
  /** Not every error has one. */
  readonly message?: string;
  /** An HTTP status, on `connection_error` only. */
  readonly errorCode?: number;
}

/** An event that was accepted, by its position in the publish request. */
export interface AcceptedEvent {
  readonly identifier: string;
  readonly index: number;
}

export interface FailedEvent extends AcceptedEvent {
  readonly code: string;
  readonly message: string;
}

type ErrorFrameType =
  | 'connection_error'
  | 'subscribe_error'
  | 'unsubscribe_error'
  | 'publish_error'
  | 'broadcast_error'
  | 'error';

export interface DataFrame {
  readonly type: 'data';
  /** Of the subscription. */
  readonly id: string;
  readonly event: string;
}

export type ServerFrame =
  | { readonly type: 'connection_ack'; readonly connectionTimeoutMs: number }
  | { readonly type: 'ka' }
  | { readonly type: 'subscribe_success' | 'unsubscribe_success'; readonly id: string }
  | {
      readonly type: 'publish_success';
      readonly id: string;
      readonly successful: readonly AcceptedEvent[];
      readonly failed: readonly FailedEvent[];
    }
  | DataFrame
  | { readonly type: ErrorFrameType; readonly id?: string; readonly errors: readonly AppSyncError[] };

/** An error with the HTTP status that it has outside a WebSocket. */
export interface Refusal {
  readonly status: number;
  readonly error: AppSyncError;
}

export const badRequest = (message: string): Refusal => ({
  status: 400,
  error: { errorType: 'BadRequestException', message },
});

export const unauthorized: Refusal = {
  status: 401,
  error: { errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' },
};

/** Somebody who is known, but whose policies do not allow it. */
export const accessDenied = (message: string): Refusal => ({
  status: 403,
  error: { errorType: 'AccessDeniedException', message },
});

/** A namespace that does not exist looks like a missing right, and has no message. */
export const unknownNamespace: Refusal = { status: 401, error: { errorType: 'UnauthorizedException' } };

/** Too much at a time, of a connection or of the whole API. */
export const rateExceeded: Refusal = {
  status: 429,
  error: { errorType: 'LimitExceededError', message: 'Rate limit exceeded' },
};
