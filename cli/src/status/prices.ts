/**
 * What one operation pays for of an event, in bytes: an event is as many operations as it has parts of 5 KB.
 * Source: AWS AppSync pricing, "Event APIs"; read as KiB.
 */
const bytesPerOperation = 5 * 1024;

/** In US dollars. Source: AWS AppSync pricing, "Event APIs": $1.00 per million operations. Regions differ little. */
export const operationPriceUsd = 1 / 1_000_000;

/** In US dollars. Source: AWS AppSync pricing, "Event APIs": $0.08 per million minutes of connection. */
export const connectionMinutePriceUsd = 0.08 / 1_000_000;

/** The operations of publishing an event, or of delivering it once. */
export function operationsOf(eventBytes: number): number {
  return Math.max(1, Math.ceil(eventBytes / bytesPerOperation));
}

/** `$0.0042`, with as many digits as tell something. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  return usd < 0.01
    ? `$${Number(usd.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(usd))))}`
    : `$${usd.toFixed(2)}`;
}
