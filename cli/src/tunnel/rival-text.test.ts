import { createIdentity } from '@live-lambda/protocol/identity';
import { expect, it } from 'vitest';
import { rivalText } from './rival-text.ts';

const { publicKey, fingerprint } = createIdentity(new Uint8Array(32).fill(7));
const here = { tunnelInstance: new Uint8Array(16), owner: 'ann@laptop', identityKey: publicKey, ageMs: 0 };

it.each([
  [4999, '4 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h 0 min'],
  [90_061_000, '25 h 1 min'],
])('a developer is told who else holds the session, and for how long: %d ms', (ageMs, since) => {
  expect(rivalText({ ...here, ageMs }, 'default')).toMatch(
    `Session "default" is also held by a tunnel of ann@laptop, with the key ${fingerprint}, for ${since}:`,
  );
});

it('a tunnel without name and key is somebody', () => {
  const text = rivalText({ ...here, owner: '', identityKey: new Uint8Array(0) }, 'default');
  expect(text).toContain('held by a tunnel of somebody, for 0 s:');
});
