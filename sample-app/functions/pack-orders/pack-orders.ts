import type { SQSEvent } from 'aws-lambda';

interface Order {
  readonly orderId: string;
  readonly lines: number;
}

/** Packs the orders of a queue. What cannot be read is thrown, so that the queue keeps it. */
export async function handler({ Records }: SQSEvent): Promise<void> {
  for (const { body, attributes } of Records) {
    const { orderId, lines } = JSON.parse(body) as Order;
    console.log(`packed ${orderId}, ${lines} lines, taken from the queue ${attributes.ApproximateReceiveCount} times`);
  }
}
