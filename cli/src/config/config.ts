/**
 * The project's settings: what `live-lambda.config.ts` (or `.mts`, `.js`, `.mjs`, `.json`) holds. A flag of the same
 * name and an environment variable (`LIVE_LAMBDA_` and the name in capitals, words joined by `_`) are stronger.
 */
export interface LiveLambdaConfig {
  /** For editors, in a config in JSON: `./node_modules/live-lambda/config.schema.json`. */
  readonly $schema?: string;
  /** Folder of the synthesized app, relative to this file; `cdk.out` if absent. */
  readonly app?: string;
  /** Base URL of CloudFormation, Lambda and STS, for an emulator of AWS. */
  readonly endpoint?: string;
  /** Name under which `live-lambda deploy` deploys, so that several developers can have the same app live. */
  readonly session?: string;
  /** Name of the runner of all functions; by default each has the first that can run it. */
  readonly runner?: string;
  /** Runners of others: names of packages, or paths relative to this file; of built-in ones the name. */
  readonly runners?: readonly string[];
  /** What no manifest can know of a function, by its construct path, for example `OrderService/CreateOrder`. */
  readonly functions?: Readonly<Record<string, FunctionConfig>>;
  /** Show durations by leg, processes and dropped messages. */
  readonly verbose?: boolean;
  /** Show nothing but errors. */
  readonly quiet?: boolean;
  /** Write one JSON object a line instead of text. */
  readonly json?: boolean;
  /** Let debuggers attach: `true` for ports from 9229 on, or the first port. */
  readonly inspect?: boolean | number;
  /** The same, and each process waits for a debugger before it loads the handler. */
  readonly inspectBrk?: boolean | number;
  /** How many processes may live at once; the least recently used one is ended for another. */
  readonly maxEnvironments?: number;
  /** What one start of the tunnel may cost on AppSync Events, in US dollars; it stops when that is spent. */
  readonly budget?: number;
  /** Take the session over at the start from a tunnel that holds it: that one finishes what it runs, and ends. */
  readonly takeOver?: boolean;
  /** Whether a Node of a function's own major may be fetched from the npm registry where none is installed. */
  readonly fetchNode?: boolean;
  /** `none`: execution environments need not prove what they are. For emulators on this machine alone; `sts` if absent. */
  readonly trustStub?: StubTrust;
}

/**
 * How an execution environment proves that it is one of a deployed function, before code runs for it: `sts` by its role's
 * credentials, of which AWS says whose they are; `none` not at all, for emulators on this machine that cannot say it.
 */
export type StubTrust = 'sts' | 'none';

/** The settings of one function; each is stronger than what the manifest says. */
export interface FunctionConfig {
  /** The file that holds the handler, or the folder of a program that is compiled, relative to the config file. */
  readonly entry?: string;
  /** Export path within the entry, for example `handler`. */
  readonly handler?: string;
  /** Name of the function's runner. */
  readonly runner?: string;
  /** Variables that are added to the function's own, and are the stronger. They are this machine's: nothing is withheld. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Gives the types of the settings to an editor. @returns what it is given. */
export function defineConfig(config: LiveLambdaConfig): LiveLambdaConfig {
  return config;
}
