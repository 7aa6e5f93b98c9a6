/** What a euro is worth. */
const rates = { CHF: 0.94, GBP: 0.85, USD: 1.08 };

/** Converts an amount in euros, for whoever shows prices: it is called by other teams, too. */
export async function handler({ cents, to }) {
  const rate = rates[to];
  if (rate === undefined) throw new RangeError(`There is no rate for ${to}`);
  return { cents: Math.round(cents * rate), currency: to };
}
