import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

interface Shipment {
  readonly orderId: string;
  readonly country: string;
  readonly weightGrams: number;
  readonly totalCents: number;
  readonly printReceipt?: boolean;
}

const lambda = new LambdaClient({ maxAttempts: 1 });

/** Ships an order: asks what that costs, and has the receipt printed if one is wanted, by functions of others. */
export async function handler({ printReceipt = false, ...order }: Shipment) {
  const quote = await call(process.env.QUOTE_SHIPPING, order);
  const receipt = printReceipt ? await call(process.env.RENDER_RECEIPT, order) : undefined;
  return { orderId: order.orderId, shipping: quote, receipt };
}

async function call(functionName: string | undefined, event: unknown): Promise<unknown> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${text}`);
  return JSON.parse(text);
}
