import { createHash } from 'node:crypto';

const order = {
  customer: 'ada@example.com',
  lines: [
    { sku: 'TEA-0042', quantity: 2, unitPriceCents: 799 },
    { sku: 'CUP-0007', quantity: 1, unitPriceCents: 1250 },
  ],
};

/** A catalogue of about a megabyte, as text: each byte of it must come back. */
function catalogue(): string {
  const line = (index: number) =>
    `  { "sku": "TEA-${String(index).padStart(4, '0')}", "price": 1.0, "name": "Größe «${index}» 茶" }`;
  return `[\n${Array.from({ length: 16_000 }, (_, index) => line(index)).join(',\n')}\n]\n`;
}

export interface SampleInvocation {
  /** Construct id of the function. */
  readonly function: string;
  readonly title: string;
  readonly event: unknown;
  /** Whether the function is to answer with an error of its own. */
  readonly fails: boolean;
}

/** One invocation for each function of the order service, and one that it must refuse. */
export function sampleInvocations(): readonly SampleInvocation[] {
  const body = catalogue();
  const sha256 = createHash('sha256').update(body).digest('hex');
  return [
    {
      function: 'CreateOrder',
      title: 'a TypeScript handler with a dependency and a path alias',
      event: order,
      fails: false,
    },
    {
      function: 'CreateOrder',
      title: 'the same with a bad order',
      event: { ...order, customer: 'nobody', lines: [] },
      fails: true,
    },
    {
      function: 'QuoteShipping',
      title: 'an ES module',
      event: { country: 'DE', weightGrams: 1800, totalCents: 2848 },
      fails: false,
    },
    {
      function: 'RenderReceipt',
      title: 'a CommonJS module',
      event: { orderId: 'order-1', currency: 'EUR', totalCents: 2848, ...order },
      fails: false,
    },
    {
      function: 'ArchiveDocument',
      title: 'a document of a megabyte, checked by its checksum',
      event: { key: 'catalogue.json', body, sha256 },
      fails: false,
    },
  ];
}
