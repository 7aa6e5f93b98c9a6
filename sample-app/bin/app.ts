import { App } from 'aws-cdk-lib';
import { LiveLambda } from 'live-lambda-cdk';
import { OrderServiceStack } from '../lib/order-service-stack.ts';
import { PolyglotStack } from '../lib/polyglot-stack.ts';

const app = new App();
LiveLambda.attach(app, { appName: 'order-service' });
new OrderServiceStack(app, 'OrderService');
// Only on request: running these functions takes Python, Go, Java and Rust.
if (app.node.tryGetContext('polyglot') === 'true') new PolyglotStack(app, 'OrderServicePolyglot');
