/** A function as a runner sees it. All paths are absolute. */
export interface FunctionSpec {
  /** Construct path, for example `OrderService/CreateOrder`. */
  readonly id: string;
  /** Lambda runtime identifier of the deployed function, for example `nodejs22.x`. */
  readonly runtime: string;
  /** The source file that holds the handler, or the folder of a program that is compiled. */
  readonly entry: string;
  /** Export path within the entry, for example `handler` or `orders.create`. */
  readonly handler: string;
  /** `Handler` as it is deployed, for example `index.handler`; derived from entry and handler if not given. */
  readonly moduleHandler?: string;
  /** What `/var/task` is in Lambda: working directory and `LAMBDA_TASK_ROOT` of the process. */
  readonly root: string;
  /** Folder of the project: that of the lock file for a bundled function. */
  readonly projectRoot?: string;
  /** tsconfig that applies to the entry, if any. */
  readonly tsconfig?: string;
  /** How the app bundles the function; absent if it does not. */
  readonly bundling?: BundlingOptions;
  /** Folders of the layers that the app itself makes, in the order in which Lambda unpacks them to `/opt`. */
  readonly layers?: readonly string[];
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

/**
 * How an app bundles a function: the options of CDK's `NodejsFunction` that decide what the code does. An absent one
 * has CDK's default. Source: AWS CDK API reference, `aws_lambda_nodejs.BundlingOptions`.
 */
export interface BundlingOptions {
  readonly format: 'cjs' | 'esm';
  readonly target?: string;
  readonly minify?: boolean;
  readonly keepNames?: boolean;
  readonly sourceMap?: boolean;
  readonly sourceMapMode?: string;
  readonly sourcesContent?: boolean;
  readonly charset?: string;
  readonly banner?: string;
  readonly footer?: string;
  readonly bundleAwsSdk?: boolean;
  readonly externalModules?: readonly string[];
  readonly nodeModules?: readonly string[];
  readonly mainFields?: readonly string[];
  /** Absolute paths, or names of packages. */
  readonly inject?: readonly string[];
  readonly define?: Readonly<Record<string, string>>;
  readonly loader?: Readonly<Record<string, string>>;
  /** Arguments of esbuild's command line, without the leading dashes or with them. */
  readonly esbuildArgs?: Readonly<Record<string, string | boolean>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly preCompilation?: boolean;
  /** The app runs commands of its own before or after bundling, which nobody runs here. */
  readonly hasCommandHooks: boolean;
}

/** How to start a process that speaks the Runtime API: pure data. `AWS_LAMBDA_RUNTIME_API` is added at the start. */
export interface LaunchPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The process's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** As in {@link LaunchCommand}. */
  readonly control?: boolean;
}

/** What a runner contributes to the start of a process. Its variables are added to the function's, and are the stronger. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * The process runs our Node client, which takes orders over a pipe (file descriptor 3): it can be held before it
   * loads the handler, tells which files it loaded, and where its inspector listens.
   */
  readonly control?: boolean;
}

/** What decides whether a prepared function is still what its sources say. All paths are absolute and real. */
export interface Inputs {
  readonly files: readonly string[];
  /** Folders below which every file counts, for languages whose builds do not tell what they read. */
  readonly folders: readonly InputFolder[];
}

export interface InputFolder {
  readonly path: string;
  /** With the dot, for example `.py`; every file if empty. */
  readonly extensions: readonly string[];
  /** Names of folders below it that do not count, besides `node_modules` and those that begin with a dot. */
  readonly ignored: readonly string[];
}

/**
 * A function made ready, or why it could not be. `inputs` of a broken one say which change may mend it; a process with
 * `control` adds the files that it loads.
 */
export type Prepared =
  | {
      readonly state: 'ready';
      readonly launch: LaunchCommand;
      readonly inputs: Inputs;
      /** What differs from Lambda for this function, as sentences. */
      readonly notes?: readonly string[];
    }
  | { readonly state: 'broken'; readonly reason: string; readonly inputs: Inputs };

/** Turns a function into a process to start. */
export interface Runner {
  /** The name used by `--runner`. */
  readonly name: string;
  /** Whether this runner can run the function. */
  claims(fn: FunctionSpec): boolean;
  /**
   * Makes the function ready to start, or says why it cannot be (missing file, bad syntax): never throws for the user's
   * faults. Called again, one at a time for a function, whenever an input changed.
   */
  prepare(fn: FunctionSpec, options: PrepareOptions): Promise<Prepared>;
  /** Lets go of what it keeps between two calls of `prepare` for this function. */
  release?(fn: FunctionSpec): Promise<void>;
}

export interface PrepareOptions {
  /** Aborted when the result is of no use any more: another change came, or the tunnel stops. */
  readonly signal: AbortSignal;
  /**
   * Files that changed since the function was ready last, none at the start: where code is only read when a process
   * loads it, these are the ones in which a fault is new.
   */
  readonly changed?: readonly string[];
}
