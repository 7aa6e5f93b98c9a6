import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LiveLambda, LiveLambdaDoor } from 'live-lambda-cdk';

const app = new App();
LiveLambda.attach(app, { appName: 'accounts' });
const stack = new Stack(app, 'Accounts');

const url = process.env.STORAGE_URL ?? '';
const statements: readonly object[] = JSON.parse(readFileSync(join(import.meta.dirname, 'role-policy.json'), 'utf8'));

const makeFunction = (id: string): lambda.Function => {
  const made = new lambda.Function(stack, id, {
    code: lambda.Code.fromAsset(join(import.meta.dirname, 'functions')),
    handler: 'keep-books.handler',
    runtime: lambda.Runtime.NODEJS_22_X,
    timeout: Duration.seconds(60),
    // The storage is another service than the one that runs functions.
    environment: { AWS_ENDPOINT_URL_S3: url, AWS_ENDPOINT_URL_STS: url },
  });
  for (const statement of statements) made.addToRolePolicy(iam.PolicyStatement.fromJson(statement));
  return made;
};

makeFunction('KeepBooks');
// For a host that has its own way to run functions, and to renew their credentials.
LiveLambda.configure(makeFunction('KeepBooksElsewhere'), { door: LiveLambdaDoor.HANDLER });
