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
