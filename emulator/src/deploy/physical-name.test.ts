import { expect, it } from 'vitest';
import { physicalName } from './physical-name.ts';

const randomBytes = (count: number) => new Uint8Array(count);

it.each([
  ['Shop', 'Orders', 'Shop-Orders-AAAAAAAAAAAA'],
  ['Shop', 'O'.repeat(60), `Shop-${'O'.repeat(46)}-AAAAAAAAAAAA`],
  ['S'.repeat(60), 'Orders', `${'S'.repeat(44)}-Orders-AAAAAAAAAAAA`],
  ['S'.repeat(60), 'O'.repeat(60), `${'S'.repeat(25)}-${'O'.repeat(25)}-AAAAAAAAAAAA`],
])('of %s and %s is %s', (stackName, logicalId, expected) => {
  const name = physicalName({ stackName, logicalId, maxLength: 64, randomBytes });
  expect(name).toBe(expected);
  expect(name.length).toBeLessThanOrEqual(64);
});
