import { fileURLToPath } from 'node:url';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { LiveLambda, LiveLambdaMode } from 'live-lambda-cdk';

const runtime = lambda.Runtime.NODEJS_22_X;

/** Takes orders, quotes their shipping, prints their receipts, checks what goes into the archive, exports the orders, and ships them. */
export class OrderServiceStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    new NodejsFunction(this, 'CreateOrder', {
      description: 'Checks an order and prices it',
      entry: pathOf('../functions/create-order/create-order.ts'),
      runtime,
      timeout: Duration.seconds(30),
      memorySize: 512,
      environment: { CURRENCY: 'EUR', MAX_ORDER_TOTAL_CENTS: '500000' },
    });

    const quoteShipping = new lambda.Function(this, 'QuoteShipping', {
      description: 'Says what it costs to send a parcel',
      code: lambda.Code.fromAsset(pathOf('../functions/quote-shipping')),
      handler: 'quote-shipping.handler',
      runtime,
      timeout: Duration.seconds(15),
      memorySize: 256,
      environment: { FREE_SHIPPING_FROM_CENTS: '10000' },
    });

    const renderReceipt = new lambda.Function(this, 'RenderReceipt', {
      description: 'Prints the receipt of an order',
      code: lambda.Code.fromAsset(pathOf('../functions/render-receipt')),
      handler: 'render-receipt.handler',
      runtime,
      timeout: Duration.seconds(15),
      memorySize: 256,
      environment: { SHOP_NAME: 'Corner Shop' },
    });

    new lambda.Function(this, 'ArchiveDocument', {
      description: 'Checks a document against its checksum and hands it on to the archive',
      code: lambda.Code.fromAsset(pathOf('../functions/archive-document')),
      handler: 'archive-document.handler',
      runtime,
      timeout: Duration.seconds(30),
      memorySize: 1024,
    });

    new lambda.Function(this, 'ExportOrders', {
      description: 'Streams the list of orders as CSV',
      code: lambda.Code.fromAsset(pathOf('../functions/export-orders')),
      handler: 'export-orders.handler',
      runtime,
      timeout: Duration.seconds(30),
      memorySize: 256,
    });

    const shipOrder = new NodejsFunction(this, 'ShipOrder', {
      description: 'Ships an order, by what others offer',
      entry: pathOf('../functions/ship-order/ship-order.ts'),
      runtime,
      timeout: Duration.seconds(30),
      memorySize: 512,
      environment: { QUOTE_SHIPPING: quoteShipping.functionName, RENDER_RECEIPT: renderReceipt.functionName },
    });
    // Whoever prints receipts has not been asked yet.
    quoteShipping.grantInvoke(shipOrder);

    const convertCurrency = new lambda.Function(this, 'ConvertCurrency', {
      description: 'Converts amounts, for whoever shows prices',
      code: lambda.Code.fromAsset(pathOf('../functions/convert-currency')),
      handler: 'convert-currency.handler',
      runtime,
      timeout: Duration.seconds(10),
      memorySize: 256,
    });
    // Others call it, whether or not somebody works on it: without a tunnel it runs as it is deployed.
    LiveLambda.configure(convertCurrency, { mode: LiveLambdaMode.FALLBACK });
  }
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
