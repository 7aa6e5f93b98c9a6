/** An amount as people read it, for example `12.50 EUR`. */
exports.formatCents = (cents, currency) => `${(cents / 100).toFixed(2)} ${currency}`;
