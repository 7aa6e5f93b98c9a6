export { LiveLambda, type LiveLambdaOptions, LiveLambdaTrust } from './live-lambda.ts';
