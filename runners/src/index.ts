export type { Clock } from './clock.ts';
export {
  createLaunchPlan,
  type FunctionEnvironment,
  type FunctionEnvironmentOptions,
  functionEnvironment,
  type RoleCredentials,
} from './environment.ts';
export {
  createExecutionEnvironment,
  DEFAULT_INIT_TIMEOUT_MS,
  type ExecutionEnvironment,
  type ExecutionEnvironmentOptions,
  type ExecutionEnvironmentState,
  type OutputLine,
} from './execution-environment.ts';
export type { Execution, ExecutionRequest } from './executor/execution.ts';
export { type ExecutionEvent, MAX_TOLD_FILES } from './executor/execution-event.ts';
export {
  createExecutor,
  DEFAULT_MAX_ENVIRONMENTS,
  DEFAULT_MAX_SPARES,
  type Executor,
  type ExecutorOptions,
  IDLE_LIMIT_MS,
  type InspectOptions,
} from './executor/executor.ts';
export type { NotRunType } from './executor/not-run.ts';
export type {
  Answer,
  ErrorOrigin,
  ErrorOutcome,
  Invocation,
  Outcome,
  StreamedResponse,
} from './invocation.ts';
export { type NodeRuntimeOptions, nodeRuntimeLaunch } from './node/managed-runtime.ts';
export { type FetchProgress, type FetchResult, fetchNode } from './node/versions/fetch-node.ts';
export type { FoundNode } from './node/versions/find-node.ts';
export { type NodeChoice, nodeFor } from './node/versions/node-for-runtime.ts';
export { RUNNING_NODE } from './node/versions/node-program.ts';
export { type ForegroundProcessOptions, runInForeground } from './process/foreground-process.ts';
export { createStartLimiter, type StartLimiter } from './process/start-limiter.ts';
export {
  type OutputStream,
  type SupervisedProcess,
  type SupervisedProcessOptions,
  startSupervisedProcess,
} from './process/supervised-process.ts';
export { createFolderWatches, type FolderListener, type FolderWatches } from './reload/folder-watches.ts';
export type {
  BundlingOptions,
  FunctionSpec,
  InputFolder,
  Inputs,
  LaunchCommand,
  LaunchPlan,
  Prepared,
  PrepareOptions,
  Runner,
} from './runner.ts';
export { BUILT_IN_RUNNERS, type BuiltInRunnersOptions, builtInRunners } from './runners/built-in.ts';
export {
  type ExecRunnerOptions,
  type ExecTools,
  execRunner,
  type RunCommand,
  type Unavailable,
} from './runners/exec/exec-runner.ts';
export type { Command, ProgramResult } from './runners/exec/program.ts';
export type { NodeFor, RuntimeNode } from './runners/runtime-node.ts';
export { MAX_RESPONSE_BYTES, type ProcessEnd } from './runtime-api/outcomes.ts';
