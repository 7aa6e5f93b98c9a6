/**
 * `callback`: the runtime of nodejs22.x and older. `promise`: the one of nodejs24.x and newer, which was rewritten.
 * Which one runs is decided by the function's deployed runtime.
 */
export type Generation = 'callback' | 'promise';

export const GENERATIONS: readonly Generation[] = ['callback', 'promise'];

/** The runtime identifier that stands for a generation. */
export const RUNTIME: Readonly<Record<Generation, string>> = { callback: 'nodejs22.x', promise: 'nodejs24.x' };

export type PerGeneration<T> = Readonly<Record<Generation, T>>;

/**
 * What one invocation shows of itself, in one line: what its caller is answered, and after `; then` how the process
 * went on, unless it waits for the next invocation, which is the rule.
 *
 * - `OK <payload>`: no function error.
 * - `ERR <errorType>: <errorMessage>`: a function error.
 * - `STREAM <content type> <bytes>`: a streamed response, with ` failed by <errorType>: <errorMessage>` if it broke.
 *
 * In it the task folder is `/var/task`, our own or AWS's program `/var/runtime/index.mjs`, the request ids `<request id>`,
 * `<request id 2>` and so on.
 */
export type Line = string;

export interface CaseInvocation {
  /** JSON text, handed over byte for byte; `{}` if not given. */
  readonly event?: string;
  /** Names in lower case; added to those that every invocation has, an undefined one is taken away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** For functions that do not answer; a generous time otherwise. */
  readonly timeoutMs?: number;
  /** The process ends by itself some time after its answer; the next invocation waits for that. */
  readonly endsAfterwards?: boolean;
  /** How long the environment is frozen before the next invocation, as Lambda does; not at all if not given. */
  readonly frozenMs?: number;
}

/** One function, what it is invoked with, and all that is to be seen of it from outside. */
export interface ConformanceCase {
  /** Unique among all cases. */
  readonly title: string;
  /** The deployment package: file names below the task folder, and their text. */
  readonly files: Readonly<Record<string, string>>;
  /** `index.handler` if not given. */
  readonly handler?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** One, with the event `{}`, if not given. */
  readonly invocations?: readonly CaseInvocation[];
  /** One line for each invocation, or the line of the only one. */
  readonly expected: Expected<Line | readonly Line[]>;
  /**
   * What it writes to its standard output, where that is what the case is about. Timestamps read `<time>`; lines of a
   * stack that do not lie in the function's own code are left out, since each runtime has its own.
   */
  readonly output?: Expected<readonly string[]>;
  /** The trace in the last invocation's error, without frames outside the function's own code, as above. */
  readonly trace?: Expected<readonly string[]>;
  /** Further headers of the last invocation's answer that the case is about, as the runtime sent them. */
  readonly headers?: Expected<Readonly<Record<string, string>>>;
}

/** The same in both generations, or one for each. */
export type Expected<T> = T | PerGeneration<T>;

/** A part of the suite. */
export interface Section {
  readonly title: string;
  readonly cases: readonly ConformanceCase[];
}

/** What is expected of a generation. */
export function expectedIn<T extends string | object>(expected: Expected<T>, generation: Generation): T {
  return isPerGeneration(expected) ? expected[generation] : expected;
}

function isPerGeneration<T extends string | object>(expected: Expected<T>): expected is PerGeneration<T> {
  return typeof expected === 'object' && 'callback' in expected && 'promise' in expected;
}

/** The lines that are expected of a case, one for each invocation. */
export function expectedLines({ expected }: ConformanceCase, generation: Generation): readonly Line[] {
  const lines = expectedIn<Line | readonly Line[]>(expected, generation);
  return typeof lines === 'string' ? [lines] : lines;
}
