import { createIdentity } from '@live-lambda/protocol/identity';
import { expect, it } from 'vitest';
import { refusedTakeOverText, rivalText } from './rival-text.ts';

const { publicKey, fingerprint } = createIdentity(new Uint8Array(32).fill(7));
const here = { tunnelInstance: new Uint8Array(16), owner: 'ann@laptop', identityKey: publicKey, ageMs: 0 };

it.each([
  [4999, '4 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h 0 min'],
  [90_061_000, '25 h 1 min'],
])('a developer is told who else holds the session, and for how long: %d ms', (ageMs, since) => {
  expect(rivalText({ ...here, ageMs }, 'default', false)).toMatch(
    `Session "default" is also held by a tunnel of ann@laptop, with the key ${fingerprint}, for ${since}:`,
  );
});

it('a tunnel without name and key is somebody', () => {
  const text = rivalText({ ...here, owner: '', identityKey: new Uint8Array(0) }, 'default', false);
  expect(text).toContain('held by a tunnel of somebody, for 0 s:');
});

it('who came later is told how to take the session over, and who was there before that one of the two is to be stopped', () => {
  expect(rivalText(here, 'default', true)).toMatch(
    /Take the session over \(t in a terminal, `--take-over` at the start\)/,
  );
  expect(rivalText(here, 'default', true)).not.toContain('Stop one of them');
  expect(rivalText(here, 'default', false)).toContain('Stop one of them, or deploy your own stacks');
});

it('who asked without being trusted is named by the key, with what makes a colleague of them', () => {
  const text = refusedTakeOverText({ owner: 'mallory@cafe', key: fingerprint, session: 'default' });
  expect(text).toContain(
    `A tunnel of mallory@cafe, whose key ${fingerprint} the functions do not trust, asked for session "default"`,
  );
  expect(text).toContain('live-lambda keys add');
  expect(refusedTakeOverText({ owner: '', key: '', session: 'x' })).toContain(
    'A tunnel of somebody, which has no key,',
  );
});
