export { defineConfig, type FunctionConfig, type LiveLambdaConfig } from './config/config.ts';
export type {
  InvocationHook,
  InvocationHookOptions,
  InvocationNews,
  RunnersHook,
  RunnersHookOptions,
} from './plugins/hooks.ts';
