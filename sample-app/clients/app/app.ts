import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AppSyncAuthorizationType, EventApi } from 'aws-cdk-lib/aws-appsync';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LiveLambda } from 'live-lambda-cdk';

const app = new App();
LiveLambda.attach(app, { appName: 'library' });
const stack = new Stack(app, 'Library');

const runtime = lambda.Runtime.NODEJS_22_X;
const code = lambda.Code.fromAsset(join(import.meta.dirname, 'functions'));
const timeout = Duration.seconds(60);

const lendBook = new lambda.Function(stack, 'LendBook', { code, runtime, timeout, handler: 'lend-book.handler' });
lendBook.addAlias('opening-hours');
new lambda.Function(stack, 'ReadAloud', { code, runtime, timeout, handler: 'read-aloud.handler' });

// Events of the app's own, beside those that live-lambda brings.
const iamOnly = { authorizationType: AppSyncAuthorizationType.IAM };
const notices = new EventApi(stack, 'Notices', {
  apiName: 'notices',
  authorizationConfig: { authProviders: [iamOnly] },
});
const readers = notices.addChannelNamespace('readers');
notices.addChannelNamespace('staff');
new CfnOutput(stack, 'NoticesHost', { value: notices.httpDns });

/** Somebody who may lend one book, and hear what readers are told. */
const allow = (actions: string[], resources: string[]) => new iam.PolicyStatement({ actions, resources });
const statements = [
  allow(['lambda:InvokeFunction'], [lendBook.functionArn]),
  allow(['appsync:EventConnect'], [notices.apiArn]),
  allow(['appsync:EventSubscribe'], [readers.channelNamespaceArn]),
];
const reader = new iam.ManagedPolicy(stack, 'Reader', { statements });
new CfnOutput(stack, 'ReaderPolicy', { value: reader.managedPolicyArn });
