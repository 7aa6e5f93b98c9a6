const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { formatCents } = require('./money.cjs');

const template = readFileSync(join(__dirname, 'receipt.txt'), 'utf8');
const shop = process.env.SHOP_NAME ?? 'Shop';

/** Prints the receipt of an order as plain text. */
exports.handler = async ({ orderId, currency, lines, totalCents }) => {
  if (!Array.isArray(lines)) throw new TypeError(`The order ${orderId} has no lines to print`);
  const printed = lines.map(({ sku, quantity, unitPriceCents }) => {
    const price = formatCents(quantity * unitPriceCents, currency);
    return `${String(quantity).padStart(3)} x ${sku}${price.padStart(16)}`;
  });
  console.log(`receipt of ${orderId} with ${lines.length} lines`);
  const fields = { shop, orderId, lines: printed.join('\n'), total: formatCents(totalCents, currency).padStart(16) };
  return { orderId, text: template.replace(/\{(\w+)\}/g, (placeholder, name) => fields[name] ?? placeholder) };
};
