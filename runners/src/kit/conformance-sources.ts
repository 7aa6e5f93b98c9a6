import type { FunctionSpec } from '../runner.ts';

/**
 * One small function in five states, in the language of a runner. Each source is the whole content of the entry; its
 * handler takes any JSON event.
 */
export interface ConformanceSources {
  /** A Lambda runtime identifier that the runner claims, for example `python3.13`. */
  readonly runtime: string;
  /** Path of the handler's file below the function's root. */
  readonly entry: string;
  /** The export that is the handler. `handler` if not given. */
  readonly handler?: string;
  /** What else the function is made of, for example `bundling` or `moduleHandler`. */
  readonly spec?: Partial<Pick<FunctionSpec, 'bundling' | 'moduleHandler'>>;
  /** Files besides the entry, by their paths below the root. */
  readonly files?: Readonly<Record<string, string>>;
  /** Answers with its event, byte for byte. */
  readonly echo: string;
  /** Answers with `"changed"`, whatever the event. */
  readonly changed: string;
  /** Fails with an error whose message is `refused`. */
  readonly refusing: string;
  /** Fails with an error whose message is `no start`, before it takes any event. */
  readonly failingAtStart: string;
  /** Is no program of the language. */
  readonly broken: string;
  /** The event that `echo` is given; one that JSON libraries write as it is if not given. */
  readonly event?: string;
}

/** Node functions as an ES module. */
export const NODE_SOURCES: ConformanceSources = {
  runtime: 'nodejs22.x',
  entry: 'index.mjs',
  echo: 'export const handler = async (event) => event;\n',
  changed: 'export const handler = async () => "changed";\n',
  refusing: 'export const handler = async () => { throw new Error("refused"); };\n',
  failingAtStart: 'throw new Error("no start");\n',
  broken: 'export const handler = async (event => {\n',
};
