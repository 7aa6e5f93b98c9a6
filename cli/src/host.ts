/** How an invocation ended. `withdrawn`: its stub in AWS gave up on it before its time was over. */
export type InvocationEnd = 'succeeded' | 'failed' | 'timed-out' | 'crashed' | 'not-started' | 'withdrawn';

/** `errorType` and `errorMessage` of what the caller sees, or of why it sees nothing of this. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Where the time of one invocation went, in milliseconds. */
export interface InvocationTimings {
  /** From the arrival of the event to the moment when a process could take it; 0 when one was waiting. */
  readonly startMs: number;
  /** From then to the function's answer. */
  readonly runMs: number;
}

export interface LiveFunctionSummary {
  readonly id: string;
  /** The handler's file, relative to the folder in which the tunnel runs. */
  readonly file: string;
  readonly handler: string;
  readonly runtime: string;
  readonly runner: string;
  readonly region: string;
}

/** Everything that the tunnel has to say. Never holds an event, an answer, a variable or a credential. */
export type LiveEvent =
  | {
      readonly type: 'started';
      readonly release: string;
      readonly identity: string;
      readonly app: string;
      readonly session: string;
      /** Fingerprint of the developer's key, as stubs trust it. */
      readonly key: string;
      readonly functions: readonly LiveFunctionSummary[];
    }
  | { readonly type: 'ready' }
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  | {
      readonly type: 'process-started';
      readonly function: string;
      readonly environmentId: string;
      readonly pid: number;
    }
  | {
      readonly type: 'invocation-started';
      readonly function: string;
      readonly invocationId: string;
      readonly requestId: string;
      readonly environmentId: string;
      /** Epoch milliseconds. */
      readonly receivedAt: number;
    }
  | {
      readonly type: 'output';
      readonly function: string;
      readonly environmentId: string;
      /** Undefined for what a process writes before its first and between two invocations. */
      readonly requestId: string | undefined;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  | {
      readonly type: 'invocation-finished';
      readonly function: string;
      readonly invocationId: string;
      readonly requestId: string;
      readonly environmentId: string;
      readonly end: InvocationEnd;
      readonly error: InvocationError | undefined;
      readonly pid: number | undefined;
      /** Absolute path of the handler's file. */
      readonly file: string;
      readonly timings: InvocationTimings;
      /** Epoch milliseconds. */
      readonly finishedAt: number;
    }
  | { readonly type: 'stopped'; readonly invocations: number; readonly failures: number };

/** Whoever listens to the tunnel: a terminal, a program that reads JSON, a test. */
export interface Host {
  notify(event: LiveEvent): void;
}
