import { App } from 'aws-cdk-lib';
import { LiveLambda, LiveLambdaApi } from 'live-lambda-cdk';
import { OrderIntakeStack } from '../lib/order-intake-stack.ts';
import { OrderServiceStack } from '../lib/order-service-stack.ts';

const app = new App();
const given: unknown = app.node.tryGetContext('events-api');
// MiniStack's CloudFormation makes no Events APIs: this one was made before.
const api = typeof given === 'string' ? LiveLambdaApi.fromAttributes(JSON.parse(given)) : undefined;
LiveLambda.attach(app, { appName: 'order-service', ...(api && { api }) });
new OrderServiceStack(app, 'OrderService');
new OrderIntakeStack(app, 'OrderIntake');
