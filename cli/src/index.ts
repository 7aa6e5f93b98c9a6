export { defineConfig, type FunctionConfig, type LiveLambdaConfig } from './config/config.ts';
export type { RunnersHook, RunnersHookOptions } from './plugins/hooks.ts';
