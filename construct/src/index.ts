export { LiveLambda } from './live-lambda.ts';
export {
  type LiveFunctionOptions,
  LiveLambdaApi,
  type LiveLambdaApiAttributes,
  LiveLambdaDoor,
  type LiveLambdaGuard,
  LiveLambdaMode,
  type LiveLambdaOptions,
  LiveLambdaTrust,
} from './live-lambda-options.ts';
