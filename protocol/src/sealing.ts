import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Length of the tag that AES-GCM puts behind the ciphertext (NIST SP 800-38D). */
export const sealOverheadBytes = 16;
const nonceBytes = 12;
const cipher = 'aes-256-gcm';

/** How far behind the highest counter a frame may be and still be opened: a later one is taken for a replay. */
export const replayWindow = 65_536;

/**
 * The nonce of a frame: its counter, big-endian, in the last 8 of 12 bytes. Each key seals in one direction only and
 * counts up, so that a nonce is never used twice (NIST SP 800-38D, 8.2.1).
 */
function nonceOf(counter: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeBigUInt64BE(BigInt(counter), nonceBytes - 8);
  return nonce;
}

/** Seals segments with one key; owns the counter of that key. */
export interface Sealer {
  /**
   * @param authenticated makes the bytes that are authenticated and not hidden, from the counter that this seal uses.
   * @throws RangeError when the counters are used up (2^53 - 1).
   */
  seal(
    plain: Uint8Array,
    authenticated: (counter: number) => Uint8Array,
  ): { readonly headerBytes: Uint8Array; readonly sealed: Uint8Array };
}

export function createSealer(key: Uint8Array): Sealer {
  let counter = 0;
  return {
    seal(plain, authenticated) {
      if (counter >= Number.MAX_SAFE_INTEGER) throw new RangeError('the counters of this key are used up');
      counter += 1;
      const headerBytes = authenticated(counter);
      const encryption = createCipheriv(cipher, key, nonceOf(counter), { authTagLength: sealOverheadBytes });
      encryption.setAAD(headerBytes);
      const sealed = Buffer.concat([encryption.update(plain), encryption.final(), encryption.getAuthTag()]);
      return { headerBytes, sealed };
    },
  };
}

/** Why a frame was not opened. */
export type OpenFailure = 'replayed' | 'forged';

/** The reason for dropping what has come before: ordinary, since the network doubles and what may be lost is sent again. */
export const replayedReason = 'replayed' satisfies OpenFailure;

/** Opens segments sealed with one key, each counter once. */
export interface Opener {
  open(sealed: Uint8Array, headerBytes: Uint8Array, counter: number): Uint8Array | OpenFailure;
}

export function createOpener(key: Uint8Array): Opener {
  const seen = createCounterWindow(replayWindow);
  return {
    open(sealed, headerBytes, counter) {
      if (seen.has(counter)) return 'replayed';
      if (sealed.length < sealOverheadBytes) return 'forged';
      const tagAt = sealed.length - sealOverheadBytes;
      const decryption = createDecipheriv(cipher, key, nonceOf(counter), { authTagLength: sealOverheadBytes });
      decryption.setAAD(headerBytes);
      decryption.setAuthTag(sealed.subarray(tagAt));
      try {
        const plain = Buffer.concat([decryption.update(sealed.subarray(0, tagAt)), decryption.final()]);
        seen.add(counter);
        return plain;
      } catch {
        return 'forged';
      }
    },
  };
}

interface CounterWindow {
  has(counter: number): boolean;
  add(counter: number): void;
}

/** Remembers the counters seen, in a ring of bits; what lies further back than its size counts as seen. */
function createCounterWindow(size: number): CounterWindow {
  const bits = new Uint8Array(size / 8);
  let highest = 0;
  const at = (counter: number) => ({ byte: Math.floor((counter % size) / 8), bit: 1 << (counter % 8) });
  return {
    has(counter) {
      if (counter < 1 || counter <= highest - size) return true;
      if (counter > highest) return false;
      const { byte, bit } = at(counter);
      return ((bits[byte] ?? 0) & bit) !== 0;
    },
    add(counter) {
      if (counter > highest) {
        if (counter - highest >= size) bits.fill(0);
        else
          for (let passed = highest + 1; passed < counter; passed++) {
            const { byte, bit } = at(passed);
            bits[byte] = (bits[byte] ?? 0) & ~bit;
          }
        highest = counter;
      }
      const { byte, bit } = at(counter);
      bits[byte] = (bits[byte] ?? 0) | bit;
    },
  };
}
