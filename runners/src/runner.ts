/** A function as a runner sees it. All paths are absolute. */
export interface FunctionSpec {
  /** Construct path, for example `OrderService/CreateOrder`. */
  readonly id: string;
  /** Lambda runtime identifier of the deployed function, for example `nodejs22.x`. */
  readonly runtime: string;
  /** The source file that holds the handler. */
  readonly entry: string;
  /** Export path within the entry, for example `handler` or `orders.create`. */
  readonly handler: string;
  /** What `/var/task` is in Lambda: working directory and `LAMBDA_TASK_ROOT` of the process. */
  readonly root: string;
  /** tsconfig that applies to the entry, if any. */
  readonly tsconfig?: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
}

/** How to start a process that speaks the Runtime API: pure data. `AWS_LAMBDA_RUNTIME_API` is added at the start. */
export interface LaunchPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The process's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a runner contributes to the start of a process. Its variables are added to the function's, and are the stronger. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export type Prepared =
  | { readonly state: 'ready'; readonly launch: LaunchCommand }
  | { readonly state: 'broken'; readonly reason: string };

/** Turns a function into a process to start. */
export interface Runner {
  /** The name used by `--runner`. */
  readonly name: string;
  /** Whether this runner can run the function. */
  claims(fn: FunctionSpec): boolean;
  /** Makes the function ready to start, or says why it cannot be (missing file, bad syntax): never throws for the user's faults. */
  prepare(fn: FunctionSpec): Promise<Prepared>;
}
