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
export type { ErrorOrigin, Invocation, Outcome } from './invocation.ts';
export { type NodeRuntimeOptions, nodeRuntimeLaunch } from './node/managed-runtime.ts';
export {
  type OutputStream,
  type SupervisedProcess,
  type SupervisedProcessOptions,
  startSupervisedProcess,
} from './process/supervised-process.ts';
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
export { BUILT_IN_RUNNERS } from './runners.ts';
export { MAX_RESPONSE_BYTES, type ProcessEnd } from './runtime-api/outcomes.ts';
