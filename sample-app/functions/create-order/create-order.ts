import { type OrderRequest, orderRequest, totalCents } from '@domain/order.ts';
import { OrderRejected } from '@domain/order-rejected.ts';
import type { Context } from 'aws-lambda';
import { getDotPath, safeParse } from 'valibot';

interface Order extends OrderRequest {
  readonly orderId: string;
  readonly totalCents: number;
  readonly currency: string;
}

const currency = process.env.CURRENCY ?? 'EUR';
const maxTotalCents = Number(process.env.MAX_ORDER_TOTAL_CENTS ?? Number.MAX_SAFE_INTEGER);

/** Takes an order, or throws {@link OrderRejected}. */
export async function handler(event: unknown, context: Context): Promise<Order> {
  const order = check(event);
  const total = totalCents(order);
  if (total > maxTotalCents) {
    throw new OrderRejected([`the total ${total} is above the limit of ${maxTotalCents} cents`]);
  }
  console.log('order accepted', { customer: order.customer, lines: order.lines.length, totalCents: total });
  return { orderId: `order-${context.awsRequestId}`, totalCents: total, currency, ...order };
}

function check(event: unknown): OrderRequest {
  const parsed = safeParse(orderRequest, event);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${getDotPath(issue) ?? 'order'}: ${issue.message}`);
  console.warn('order rejected', problems);
  throw new OrderRejected(problems);
}
