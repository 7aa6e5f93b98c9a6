import type { StubTrust } from './config/config.ts';
import type { SessionUsage } from './status/session-usage.ts';

/** How an invocation ended. `withdrawn`: its stub in AWS gave up on it before its time was over. */
export type InvocationEnd = 'succeeded' | 'failed' | 'timed-out' | 'crashed' | 'not-started' | 'withdrawn';

/** `errorType` and `errorMessage` of what the caller sees, or of why it sees nothing of this. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** Where the time of one invocation went, in milliseconds. */
export interface InvocationTimings {
  /** From when Lambda began the invocation to when the function sent its event off, by the time that was left then. */
  readonly inAwsMs?: number;
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
  /** The Node that it runs on here, and who put it there; null for another language, and where nobody looked. */
  readonly node: { readonly version: string; readonly source: string } | null;
  readonly runner: string;
  readonly region: string;
  /** Names of the variables that the project's config adds. */
  readonly addedVariables: readonly string[];
}

/** Another tunnel of the session. */
export interface OtherTunnel {
  readonly session: string;
  /** User and host. */
  readonly owner: string;
  /** Fingerprint of its developer's key; null without one. */
  readonly key: string | null;
}

/** The tunnel that takes a session, and of which stacks. */
export interface HandedOver extends OtherTunnel {
  /** Names of the stacks whose functions it serves from now on; null for all of this tunnel. */
  readonly stacks: readonly string[] | null;
}

/** An invocation that another tunnel still runs. */
export interface UnfinishedInvocation {
  /** Construct path of its function. */
  readonly function: string;
  readonly runningMs: number;
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
      /** The config file, if there is one. */
      readonly config: string | null;
      /** `none`: execution environments need not prove what they are. */
      readonly stubTrust: StubTrust;
      readonly functions: readonly LiveFunctionSummary[];
    }
  /** What is waited for at the start, until the next of these, `started` or `ready`. */
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready' }
  /** What comes is held, and not run, until it goes on or its time is over. */
  | { readonly type: 'paused' }
  /** `held`: how many invocations run now that were held. */
  | { readonly type: 'resumed'; readonly held: number }
  /** A function was built anew and its processes exchanged, since the developer asked for it. */
  | { readonly type: 'restarted'; readonly function: string }
  /** The app was synthesized anew, and is served as it is now. */
  | {
      readonly type: 'app-changed';
      readonly app: string;
      readonly session: string;
      /** All of them. */
      readonly functions: readonly LiveFunctionSummary[];
      /** Ids of those that came, are described in another way, and are gone. */
      readonly added: readonly string[];
      readonly changed: readonly string[];
      readonly removed: readonly string[];
    }
  /** By GetCallerIdentity with the credentials of an execution environment: as whom the function's code runs here. */
  | {
      readonly type: 'verified';
      readonly function: string;
      /** ARN of the role's session, which is not the developer's. */
      readonly identity: string;
      readonly account: string;
    }
  /** The session is held by a tunnel that was there before, which this one may ask for it. */
  | ({ readonly type: 'take-over-offered' } & OtherTunnel)
  /** That tunnel was asked, or said how far it is: it finishes what it runs, and takes nothing more. */
  | ({
      readonly type: 'taking-over';
      /** Undefined until it has answered. */
      readonly unfinishedCount: number | undefined;
      /** The first of what it still runs. */
      readonly unfinished: readonly UnfinishedInvocation[];
    } & OtherTunnel)
  /** `ended`: this tunnel has the session. `gone`: that one died meanwhile. `unanswered`: it goes on as before. */
  | ({
      readonly type: 'taken-over';
      readonly outcome: 'ended' | 'gone' | 'unanswered';
      /** Invocations that ended there since it was asked. */
      readonly finished: number;
    } & OtherTunnel)
  /** Another tunnel takes the session: nothing more is taken here, and what runs is finished. */
  | ({ readonly type: 'handing-over'; readonly unfinished: number } & HandedOver)
  /** Nothing runs here any more. `isLast`: this tunnel ends now. */
  | ({ readonly type: 'handed-over'; readonly finished: number; readonly isLast: boolean } & HandedOver)
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  | {
      readonly type: 'process-started';
      readonly function: string;
      readonly environmentId: string;
      readonly pid: number;
    }
  /** Files that a function was made of were saved, deleted or made; what follows is `prepared` or `broken`. */
  | {
      readonly type: 'changed';
      readonly function: string;
      /** Some of the files, relative to the folder in which the tunnel runs. */
      readonly files: readonly string[];
      /** How many there are in all. */
      readonly count: number;
    }
  /** A function can be run as its sources say now. */
  | {
      readonly type: 'prepared';
      readonly function: string;
      readonly runner: string;
      /** 1 at the start, and one more for each build after it. */
      readonly generation: number;
      readonly durationMs: number;
      /** What differs from Lambda for this function, as sentences. */
      readonly notes: readonly string[];
    }
  /** A function cannot be run; its callers are told so, until a change mends it. */
  | {
      readonly type: 'broken';
      readonly function: string;
      readonly runner: string;
      readonly generation: number;
      readonly durationMs: number;
      readonly reason: string;
    }
  /** A process has loaded what was saved, and waits for its next event. */
  | {
      readonly type: 'reloaded';
      readonly function: string;
      readonly environmentId: string;
      readonly pid: number;
      /** Since the change was seen. */
      readonly durationMs: number;
    }
  /** A process could not load what was saved: the next invocation is answered with that. */
  | {
      readonly type: 'load-failed';
      readonly function: string;
      readonly environmentId: string;
      readonly generation: number;
      /** Since the change was seen. */
      readonly durationMs: number;
      readonly reason: string;
    }
  /** There were too many processes: the one that was unused for longest was ended. */
  | {
      readonly type: 'evicted';
      readonly function: string;
      readonly environmentId: string;
      readonly limit: number;
    }
  /** Where debuggers attach to a function, for as long as the tunnel runs. */
  | {
      readonly type: 'inspector-listening';
      readonly function: string;
      readonly port: number;
      readonly url: string;
    }
  | { readonly type: 'debugger-attached' | 'debugger-detached'; readonly function: string }
  /** The time of an invocation is over, and it runs on under a debugger. */
  | {
      readonly type: 'debugger-overdue';
      readonly function: string;
      readonly environmentId: string;
      readonly requestId: string;
    }
  /** The answer of an invocation that nobody waits for any more, under a debugger. */
  | {
      readonly type: 'late-result';
      readonly function: string;
      readonly environmentId: string;
      readonly requestId: string;
      readonly end: InvocationEnd;
      readonly error: InvocationError | undefined;
      /** Since the deadline; negative if it was given up on before. */
      readonly lateMs: number;
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
  | {
      readonly type: 'stopped';
      readonly invocations: number;
      readonly failures: number;
      /** What went over AppSync Events, and its price; absent where nobody counted. */
      readonly usage?: SessionUsage;
    };

/** Whoever listens to the tunnel: a terminal, a program that reads JSON, a test. */
export interface Host {
  notify(event: LiveEvent): void;
}
