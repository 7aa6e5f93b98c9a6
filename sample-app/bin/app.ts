import { App } from 'aws-cdk-lib';
import { LiveLambda } from 'live-lambda-cdk';
import { OrderServiceStack } from '../lib/order-service-stack.ts';

const app = new App();
LiveLambda.attach(app, { appName: 'order-service' });
new OrderServiceStack(app, 'OrderService');
