import { byteText } from '../status/byte-text.ts';
import { dollars, operationPriceUsd } from '../status/prices.ts';
import type { FunctionUsage, SessionUsage } from '../status/session-usage.ts';

/**
 * What a session did and what that cost, as a table: one row for each function, and one for the session, which has also
 * what belongs to no function.
 */
export function usageLines(usage: SessionUsage): readonly string[] {
  const functions = Object.entries(usage.functions).sort(([a], [b]) => a.localeCompare(b));
  const rows = [
    ['', 'invocations', 'failed', 'operations', 'bytes', 'about'],
    ...functions.map(([id, each]) => row(id, each, each.operations * operationPriceUsd)),
    row('in all', usage, usage.priceUsd),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

function row(name: string, usage: FunctionUsage, priceUsd: number): readonly string[] {
  const { invocations, failures, operations, bytes } = usage;
  return [name, `${invocations}`, `${failures}`, `${operations}`, byteText(bytes), dollars(priceUsd)];
}
