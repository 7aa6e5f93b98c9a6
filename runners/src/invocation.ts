/** One event for a function, as the Runtime API hands it over. */
export interface Invocation {
  /** The request id that Lambda gave it. Lambda reuses it when it retries an asynchronous event. */
  readonly requestId: string;
  /**
   * The headers of `GET /runtime/invocation/next`, names in lower case. Passed on as they are, unknown ones too; the
   * request id and the deadline are written anew from the members of this object. Values are byte strings, one
   * character for each byte, as `node:http` reads and writes them.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** The event's bytes, never parsed or re-serialised here. */
  readonly event: Uint8Array;
  /** When the function's time is over, in epoch milliseconds of this machine's clock. */
  readonly deadlineMs: number;
  /**
   * How long the function may take from when a process takes the event, in milliseconds, where it is deployed with a longer
   * timeout than its own: this, or `deadlineMs` where that comes first, is then the deadline that it sees.
   */
  readonly timeoutMs?: number;
}

/** Why an outcome is an error: posted by the runtime, or made by the server because nothing was posted. */
export type ErrorOrigin = 'handler' | 'init' | 'exit' | 'timeout' | 'response-too-large' | 'truncated' | 'launch';

/** Everything that a function can answer. A failure is a value; only broken plumbing is an exception. */
export type Outcome =
  | {
      readonly type: 'response';
      /** Headers that the runtime sent with its answer, names in lower case (`content-type` and `lambda-runtime-*`). */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      readonly type: 'error';
      readonly origin: ErrorOrigin;
      readonly headers: Readonly<Record<string, string>>;
      /** The JSON that the caller sees (`errorType`, `errorMessage`, for Node also `trace`), verbatim. */
      readonly body: Uint8Array;
    };

/** The outcomes that are errors. */
export type ErrorOutcome = Extract<Outcome, { readonly type: 'error' }>;

/**
 * An answer that a runtime streams (`Lambda-Runtime-Function-Response-Mode: streaming`), from its first byte on.
 * Source: AWS Lambda Developer Guide, "Building a custom runtime", response streaming.
 */
export interface StreamedResponse {
  readonly type: 'stream';
  /** As in a buffered response. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The bytes, for one reader. The runtime is held back while they are not read; a reader that leaves early lets it go
   * on, and the rest is dropped. Ends where the stream ends, also where it broke off: `ended` says which.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * Undefined for a stream that is whole, else the error that ended it: what the function sent in its trailers, its
   * timeout, its truncation. Settles when nothing more comes from the process, at the latest with the end of `body`;
   * never rejects.
   */
  readonly ended: Promise<ErrorOutcome | undefined>;
}

/** What a function answers to a caller that takes streams. */
export type Answer = Outcome | StreamedResponse;
