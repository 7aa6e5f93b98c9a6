import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LiveLambda } from 'live-lambda-cdk';

const app = new App();
LiveLambda.attach(app, { appName: 'soak' });
const stack = new Stack(app, 'Soak');
const functions = join(import.meta.dirname, 'functions');
const shared = {
  runtime: lambda.Runtime.NODEJS_22_X,
  timeout: Duration.seconds(30),
  memorySize: 512,
  environment: { RUNS_FILE: process.env.SOAK_RUNS_FILE ?? '' },
};

/** Never saved: its processes live as long as the tunnel. */
new lambda.Function(stack, 'Echo', {
  ...shared,
  code: lambda.Code.fromAsset(functions),
  handler: 'echo.handler',
});
new lambda.Function(stack, 'Stream', {
  ...shared,
  code: lambda.Code.fromAsset(functions),
  handler: 'stream.handler',
});
new NodejsFunction(stack, 'Bundled', { ...shared, entry: join(functions, 'bundled.ts') });
