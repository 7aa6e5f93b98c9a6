import { expect, it } from 'vitest';
import { createDropTally } from './drop-tally.ts';
import { replayedReason } from './sealing.ts';

it('logs each kind of dropped message once, and again when it became ten times as many', () => {
  const logged: string[] = [];
  const dropped = createDropTally((line) => logged.push(line));
  for (let index = 0; index < 12; index++) dropped(`version ${index} was not agreed`);
  dropped('a frame under other keys');
  expect(logged).toEqual([
    'a message was dropped: version 0 was not agreed',
    '10 messages were dropped: version 9 was not agreed',
    'a message was dropped: a frame under other keys',
  ]);
});

it('says nothing of what came twice, which is ordinary', () => {
  const logged: string[] = [];
  createDropTally((line) => logged.push(line))(replayedReason);
  expect(logged).toEqual([]);
});
