import { readFile } from 'node:fs/promises';

// Read once for each execution environment, with the top-level await that only an ES module has.
const rates = JSON.parse(await readFile(new URL('rates.json', import.meta.url), 'utf8'));
const freeFromCents = Number(process.env.FREE_SHIPPING_FROM_CENTS ?? Number.POSITIVE_INFINITY);

/** Says what it costs to send a parcel of `weightGrams`, with goods of `totalCents`, to `country`. */
export async function handler({ country, weightGrams, totalCents = 0 }) {
  const zone = rates.zones[country];
  if (zone === undefined) throw new RangeError(`We do not ship to ${country}`);
  const { baseCents, centsPerKilogram, days } = rates.prices[zone];
  const fullPriceCents = baseCents + Math.ceil(weightGrams / 1000) * centsPerKilogram;
  const free = zone === 'domestic' && totalCents >= freeFromCents;
  console.log(`quoted ${country} (${zone}) for ${weightGrams} g`);
  return { country, zone, priceCents: free ? 0 : fullPriceCents, days };
}
