import { fileURLToPath } from 'node:url';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

const runtime = lambda.Runtime.NODEJS_22_X;

/** Orders that come as messages of a queue, and invoices that come as objects of a bucket. */
export class OrderIntakeStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    const packOrders = new NodejsFunction(this, 'PackOrders', {
      description: 'Packs the orders that wait in the queue',
      entry: pathOf('../functions/pack-orders/pack-orders.ts'),
      runtime,
      timeout: Duration.seconds(10),
    });
    const orders = new sqs.Queue(this, 'Orders', { visibilityTimeout: Duration.seconds(10) });
    packOrders.addEventSource(new SqsEventSource(orders, { batchSize: 1 }));

    const fileInvoice = new lambda.Function(this, 'FileInvoice', {
      description: 'Files an invoice that was put into the bucket',
      code: lambda.Code.fromAsset(pathOf('../functions/file-invoice')),
      handler: 'file-invoice.handler',
      runtime,
      timeout: Duration.seconds(10),
    });
    const invoices = new s3.Bucket(this, 'Invoices', { removalPolicy: RemovalPolicy.DESTROY });
    invoices.addEventNotification(s3.EventType.OBJECT_CREATED, new LambdaDestination(fileInvoice));

    new CfnOutput(this, 'OrdersUrl', { value: orders.queueUrl });
    new CfnOutput(this, 'InvoicesName', { value: invoices.bucketName });
  }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
