import * as v from 'valibot';

const line = v.object({
  sku: v.pipe(v.string(), v.regex(/^[A-Z]{3}-\d{4}$/, 'must look like ABC-1234')),
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1, 'must be at least 1')),
  unitPriceCents: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

/** What a customer sends. */
export const orderRequest = v.object({
  customer: v.pipe(v.string(), v.email('must be an e-mail address')),
  lines: v.pipe(v.array(line), v.minLength(1, 'must not be empty')),
});

export type OrderRequest = v.InferOutput<typeof orderRequest>;

/** What all lines of an order cost together. */
export function totalCents(order: OrderRequest): number {
  return order.lines.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0);
}
