import { createHash } from 'node:crypto';

class ChecksumMismatch extends Error {
  name = 'ChecksumMismatch';
}

/**
 * Checks that a document arrived as it was sent, and hands it on unchanged to the step that stores it. Its body is text
 * that is never parsed, so that every byte of it stays what it was.
 */
export async function handler(document) {
  const { key, body, sha256 } = document;
  const found = createHash('sha256').update(body).digest('hex');
  if (found !== sha256) throw new ChecksumMismatch(`${key} should have the checksum ${sha256}, but has ${found}`);
  console.log(`archived ${key}, ${Buffer.byteLength(body)} bytes`);
  return document;
}
