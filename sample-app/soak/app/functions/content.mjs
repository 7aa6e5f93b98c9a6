import { createCipheriv, createHash } from 'node:crypto';

const lineBytes = 64;

/**
 * Text that follows from a number, for callers and handlers alike: of odd numbers text that does not compress, of even
 * ones lines that are much alike. One byte each, in JSON too.
 *
 * @param {number} call
 * @param {number} bytes
 */
export function textOf(call, bytes) {
  if (call % 2 === 0)
    return `call ${call}, price 1.0`
      .padEnd(lineBytes, ' .')
      .repeat(Math.ceil(bytes / lineBytes))
      .slice(0, bytes);
  const key = createHash('sha256').update(String(call)).digest();
  const noise = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(Math.ceil((bytes * 3) / 4)));
  return noise.toString('base64').slice(0, bytes);
}

/** @param {string} text */
export function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}
