import type { RoleCredentials } from '../environment.ts';
import type { Answer } from '../invocation.ts';
import type { FunctionSpec } from '../runner.ts';

/** The execution environment in AWS that an event comes from. */
export interface ExecutionRequest {
  /** Anything that tells environments apart. */
  readonly environmentId: string;
  readonly fn: FunctionSpec;
  /** The variables of the function's environment in AWS, and what is added to them on this machine. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the function's role. Without them the function is not run, and the outcome says so. */
  readonly credentials: RoleCredentials | undefined;
}

/** What became of an invocation. */
export interface Execution {
  /** Everything that a function, its build or its start can come to. */
  readonly answer: Answer;
  /** Of the process that served it, or was about to. */
  readonly pid: number | undefined;
  /** Until a process could take the invocation, builds included; 0 when one was waiting. */
  readonly startMs: number;
  /** From then until the answer, of a stream until it began. */
  readonly runMs: number;
}
