import { createIdentity } from '@live-lambda/protocol/identity';
import { describe, expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import type { DeployedFunctions } from '../functions/deployed-function.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import { UserError } from '../user-error.ts';
import { createKnownKeys } from './known-keys.ts';

const [ann, bob, eve] = [1, 2, 3].map((seed) => createIdentity(new Uint8Array(32).fill(seed)));
if (!ann || !bob || !eve) throw new Error('three were made');

const fn = (id: string): LocalFunction => ({
  spec: { id, runtime: 'nodejs22.x', entry: '/x.mjs', handler: 'handler', root: '/', memoryMb: 128, timeoutMs: 3000 },
  described: liveFunction(id),
});

/** Functions whose stubs trust these keys; those that are not among them cannot be looked up. */
function deployedWith(keysOf: Readonly<Record<string, readonly string[] | undefined>>): DeployedFunctions {
  return {
    async find({ logicalId }) {
      if (!Object.hasOwn(keysOf, logicalId)) throw new UserError('It is not deployed.', 'Deploy it.');
      return { name: logicalId, roleArn: 'arn', trustedKeys: keysOf[logicalId] };
    },
  };
}

describe('the keys that the stubs of an API trust', () => {
  it('are those of all its functions: tunnels with these are believed, and no others', async () => {
    const keys = createKnownKeys(deployedWith({ Orders: [ann.fingerprint], Quotes: [bob.fingerprint] }));
    expect(keys.trust.trusts(ann.publicKey)).toBe(false);
    await keys.learn([fn('Orders'), fn('Quotes'), fn('Away')], ann.fingerprint);
    expect([ann, bob, eve].map(({ publicKey }) => keys.trust.trusts(publicKey))).toEqual([true, true, false]);
  });

  it('are any where a stub believes whoever IAM lets publish', async () => {
    const keys = createKnownKeys(deployedWith({ Orders: undefined }));
    expect(await keys.learn([fn('Orders')], ann.fingerprint)).toEqual([]);
    expect(keys.trust.trusts(eve.publicKey)).toBe(true);
  });

  it('are told not to hold the own one, by the functions of which that is known', async () => {
    const keys = createKnownKeys(
      deployedWith({
        Orders: [ann.fingerprint],
        Quotes: [bob.fingerprint, ann.fingerprint],
        Refunds: [bob.fingerprint],
      }),
    );
    const functions = ['Orders', 'Quotes', 'Refunds', 'Away'].map(fn);
    expect(await keys.learn(functions, ann.fingerprint)).toEqual(['Refunds']);
  });

  it('believe nobody who only names such a key', async () => {
    const keys = createKnownKeys(deployedWith({ Orders: [ann.fingerprint] }));
    await keys.learn([fn('Orders')], ann.fingerprint);
    const bytes = Buffer.from('here I am');
    expect(keys.trust.verify(ann.publicKey, bytes, ann.sign(bytes))).toBe(true);
    expect(keys.trust.verify(ann.publicKey, bytes, eve.sign(bytes))).toBe(false);
  });
});
