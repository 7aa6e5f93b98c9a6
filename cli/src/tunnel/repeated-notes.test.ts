import { replayedReason } from '@live-lambda/protocol';
import { expect, it } from 'vitest';
import type { LiveEvent } from '../host.ts';
import { createDropCounter, createIdentityTeller, createRefusalTeller } from './repeated-notes.ts';

it('tells of each kind of dropped message once, and again at ten, a hundred and so on', () => {
  const told: string[] = [];
  const dropped = createDropCounter((text) => told.push(text));
  for (let index = 0; index < 120; index++) dropped(`segment ${index} came twice`);
  dropped('the message is corrupt or too large');
  expect(told).toEqual([
    'A message was dropped: segment 0 came twice.',
    '10 messages were dropped: segment 9 came twice.',
    '100 messages were dropped: segment 99 came twice.',
    'A message was dropped: the message is corrupt or too large.',
  ]);
});

it('tells of each refused function once', () => {
  const told: string[] = [];
  const refused = createRefusalTeller((text) => told.push(text));
  for (const functionPath of ['Shop/A', 'Shop/A', 'Shop/B']) refused({ functionPath }, { text: 'not live' });
  expect(told).toEqual(['Shop/A in AWS was refused: not live', 'Shop/B in AWS was refused: not live']);
});

it('does not fill the terminal, or the memory, with functions that somebody makes up', () => {
  const told: string[] = [];
  const refused = createRefusalTeller((text) => told.push(text));
  for (let index = 0; index < 1000; index++) refused({ functionPath: `Made/Up${index}` }, { text: 'not live' });
  expect(told).toHaveLength(100);
});

it('says nothing of what came twice, which is ordinary', () => {
  const told: string[] = [];
  createDropCounter((text) => told.push(text))(replayedReason);
  expect(told).toEqual([]);
});

it('tells as whom a function runs once, and again when it is somebody else', () => {
  const told: LiveEvent[] = [];
  const verified = createIdentityTeller({ notify: (event) => told.push(event) });
  const [before, after] = ['old', 'new'].map((role) => ({
    arn: `arn:aws:sts::1:assumed-role/${role}/f`,
    account: '1',
  }));
  for (const identity of [before, before, after, after]) if (identity) verified('Shop/A', identity);
  if (after) verified('Shop/B', after);
  expect(told.map((event) => event.type === 'verified' && [event.function, event.identity.split('/')[1]])).toEqual([
    ['Shop/A', 'old'],
    ['Shop/A', 'new'],
    ['Shop/B', 'new'],
  ]);
});
