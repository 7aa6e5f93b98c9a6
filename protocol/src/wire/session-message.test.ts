import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HandOver, TakeOver, TunnelHere } from '../messages.ts';
import { WireError } from './fields.ts';
import {
  decodeHandOver,
  decodeTakeOver,
  decodeTunnelHere,
  encodeHandOver,
  encodeTakeOver,
  encodeTunnelHere,
  maxNamedUnfinished,
} from './session-message.ts';

const tunnelInstance = randomBytes(16);
const identityKey = randomBytes(32);
const here: TunnelHere = { tunnelInstance, ageMs: 5, identityKey, owner: 'ann@laptop' };
const takeOver: TakeOver = {
  ...{ tunnelInstance, holderInstance: randomBytes(16), identityKey, owner: 'bob@desk' },
  ...{ app: 'shop', session: 'default' },
};
const handOver: HandOver = {
  ...{ tunnelInstance, toInstance: randomBytes(16), identityKey, finished: 2, ended: false },
  unfinishedCount: 1,
  unfinished: [{ functionPath: 'Shop/Orders', runningMs: 3000 }],
};

describe('what tunnels say to each other', () => {
  it('is read as it was written', () => {
    expect(decodeTunnelHere(encodeTunnelHere(here))).toEqual(here);
    expect(decodeTakeOver(encodeTakeOver(takeOver))).toEqual(takeOver);
    expect(decodeHandOver(encodeHandOver(handOver))).toEqual(handOver);
    const ended = { ...handOver, unfinishedCount: 0, unfinished: [], ended: true };
    expect(decodeHandOver(encodeHandOver(ended))).toEqual(ended);
  });

  it.each([
    ['a TunnelHere', () => decodeTunnelHere(encodeTunnelHere({ ...here, tunnelInstance: randomBytes(15) }))],
    ['a TakeOver of nobody', () => decodeTakeOver(encodeTakeOver({ ...takeOver, holderInstance: new Uint8Array(0) }))],
    ['a HandOver to nobody', () => decodeHandOver(encodeHandOver({ ...handOver, toInstance: new Uint8Array(0) }))],
    ['a key of another size', () => decodeTakeOver(encodeTakeOver({ ...takeOver, identityKey: randomBytes(31) }))],
    ['no protobuf', () => decodeHandOver(Buffer.from('{}'))],
  ])('is refused where it cannot be: %s', (_what, read) => {
    expect(read).toThrow(WireError);
  });

  it('names no more invocations than somebody wants to read, and says how many there are', () => {
    const unfinished = Array.from({ length: 500 }, (_, n) => ({ functionPath: `Shop/F${n}`, runningMs: n }));
    const read = decodeHandOver(encodeHandOver({ ...handOver, unfinishedCount: 500, unfinished }));
    expect(read.unfinished).toHaveLength(maxNamedUnfinished);
    expect(read.unfinishedCount).toBe(500);
  });
});
