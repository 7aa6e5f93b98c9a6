import { expect, it } from 'vitest';
import { createStartLimiter } from './start-limiter.ts';

it('lets so many run at a time, the others in their order, also after one that failed', async () => {
  const limiter = createStartLimiter(2);
  const order: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const start = (name: string): Promise<void> =>
    limiter.run(() => {
      order.push(name);
      return new Promise((resolve, reject) => ends.set(name, (error) => (error ? reject(error) : resolve())));
    });
  const all = ['a', 'b', 'c', 'd'].map(start);
  await Promise.resolve();
  expect(order).toEqual(['a', 'b']);
  ends.get('b')?.(new Error('failed'));
  await expect(all[1]).rejects.toThrow('failed');
  await expect.poll(() => order).toEqual(['a', 'b', 'c']);
  ends.get('a')?.();
  await expect.poll(() => order).toEqual(['a', 'b', 'c', 'd']);
  for (const name of ['c', 'd']) ends.get(name)?.();
  await Promise.all([all[0], all[2], all[3]]);
});
