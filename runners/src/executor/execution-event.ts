import type { OutputLine } from '../execution-environment.ts';
import type { Outcome } from '../invocation.ts';

/**
 * Everything that an executor tells besides its answers. `functionId` is that of the {@link FunctionSpec}. Never holds an
 * event, an answer, the value of a variable or a credential; a line of output is the function's own.
 */
export type ExecutionEvent =
  /** Files of a function changed in content, appeared or vanished. A new build follows. */
  | {
      readonly type: 'changed';
      readonly functionId: string;
      /** Absolute paths, at most {@link MAX_TOLD_FILES}. */
      readonly files: readonly string[];
      /** How many there are in all. */
      readonly count: number;
    }
  /** A function is ready to run: at the start, or once more after a change. */
  | {
      readonly type: 'prepared';
      readonly functionId: string;
      /** The name of its runner. */
      readonly runner: string;
      /** 1 for the first build, and one more for each after it. */
      readonly generation: number;
      /** Since the change was seen, or since it was asked for. */
      readonly durationMs: number;
      /** What differs from Lambda for this function, as sentences. */
      readonly notes: readonly string[];
    }
  /** A function cannot be prepared. Its invocations are answered with `reason` until a change mends it. */
  | {
      readonly type: 'broken';
      readonly functionId: string;
      readonly runner: string;
      readonly generation: number;
      readonly durationMs: number;
      /** Names function, file and line, and says what to do. */
      readonly reason: string;
    }
  /** A process has loaded new code, and waits for its next event. */
  | {
      readonly type: 'reloaded';
      readonly functionId: string;
      readonly environmentId: string;
      readonly pid: number;
      readonly generation: number;
      /** Since the change was seen. */
      readonly durationMs: number;
    }
  /** A process of a function waits without its code, for the next save. */
  | { readonly type: 'spare-waiting'; readonly functionId: string; readonly pid: number }
  /** A process could not load new code: its next event is answered with that, and initialises once more, as in Lambda. */
  | {
      readonly type: 'load-failed';
      readonly functionId: string;
      readonly environmentId: string;
      readonly generation: number;
      /** Since the change was seen. */
      readonly durationMs: number;
      /** What the runtime reported, or how its process ended; where it names files, so does this. */
      readonly reason: string;
    }
  | {
      readonly type: 'process-started';
      readonly functionId: string;
      readonly environmentId: string;
      readonly pid: number;
      readonly generation: number;
    }
  | {
      readonly type: 'output';
      readonly functionId: string;
      readonly environmentId: string;
      readonly line: OutputLine;
    }
  /**
   * Variables that the function has in AWS and that are not given to it here, since they would run other code. Told once
   * for each function and set of names; Lambda sets `PATH` and its kind for every function.
   */
  | { readonly type: 'withheld'; readonly functionId: string; readonly names: readonly string[] }
  /** The process of the environment that was unused for longest was ended, since there were too many. */
  | { readonly type: 'evicted'; readonly functionId: string; readonly environmentId: string; readonly limit: number }
  /** Where debuggers attach to a function, for as long as the executor lives. */
  | {
      readonly type: 'inspector-listening';
      readonly functionId: string;
      readonly host: '127.0.0.1';
      readonly port: number;
      /** `ws://127.0.0.1:PORT/ID`. */
      readonly url: string;
    }
  | {
      readonly type: 'debugger-attached' | 'debugger-detached';
      readonly functionId: string;
    }
  /** The time of an invocation is over. It runs on, since a debugger is attached to its process. */
  | {
      readonly type: 'debugger-overdue';
      readonly functionId: string;
      readonly environmentId: string;
      readonly requestId: string;
    }
  /** The answer of an invocation that was overdue, or that its caller gave up on, under a debugger. */
  | {
      readonly type: 'late-result';
      readonly functionId: string;
      readonly environmentId: string;
      readonly requestId: string;
      /** Undefined for a stream that is whole. */
      readonly outcome: Outcome | undefined;
      /** Since the deadline; negative if it was given up on before. */
      readonly lateMs: number;
    }
  | {
      readonly type: 'note';
      readonly level: 'info' | 'warning';
      readonly functionId: string | undefined;
      readonly text: string;
    };

/** A branch switch may change thousands. */
export const MAX_TOLD_FILES = 10;
