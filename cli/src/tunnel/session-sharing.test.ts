import { randomBytes } from 'node:crypto';
import type { TakeOverNews, TunnelHere } from '@live-lambda/protocol';
import { createIdentity } from '@live-lambda/protocol/identity';
import { expect, it } from 'vitest';
import type { LiveEvent } from '../host.ts';
import { createSessionSharing } from './session-sharing.ts';

const { publicKey, fingerprint } = createIdentity(new Uint8Array(32).fill(7));
const here = (owner = 'ann@laptop'): TunnelHere => ({
  ...{ tunnelInstance: randomBytes(16), ageMs: 60_000, identityKey: publicKey, owner },
});
const ann = { session: 'default', owner: 'ann@laptop', key: fingerprint };

function sharing(takeOverAtOnce = false) {
  const events: LiveEvent[] = [];
  const asked: string[] = [];
  const shared = createSessionSharing({
    host: { notify: (event) => void events.push(event) },
    takeOverAtOnce,
    ask: async () => void asked.push('asked'),
    resume: () => void asked.push('resumed'),
  });
  const news = () => events.filter(({ type }) => type !== 'note');
  return { shared, connection: shared.of('default'), asked, news, events };
}
const waiting = (holder: TunnelHere, functionPath: string): TakeOverNews => ({
  ...{ holder, state: 'waiting', finished: 0, unfinishedCount: 1 },
  unfinished: [{ functionPath, runningMs: 10 }],
});

it('one that was there before is offered, and asked only when the developer says so', () => {
  const { shared, connection, asked, news } = sharing();
  connection.rival(here(), true);
  expect([news(), asked]).toEqual([[{ type: 'take-over-offered', ...ann }], []]);
  expect([shared.takeOver(), shared.takeOver(), asked]).toEqual([true, false, ['asked']]);
  expect(shared.asked).toEqual(['ann@laptop']);
});

it('one that was there before is asked at once where that was wanted at the start', () => {
  const { connection, asked, news } = sharing(true);
  connection.rival(here(), true);
  expect(asked).toEqual(['asked']);
  expect(news()).toEqual([{ type: 'taking-over', ...ann, unfinishedCount: undefined, unfinished: [] }]);
});

it('one that comes later is told, and never asked', () => {
  const { shared, connection, asked, events } = sharing(true);
  connection.rival(here(), false);
  expect([events.map(({ type }) => type), shared.takeOver(), asked]).toEqual([['note'], false, []]);
});

it('one tunnel on two connections is one to the developer: done when it has left both', () => {
  const { shared, connection, news } = sharing();
  const [first, second] = [here(), here()];
  connection.rival(first, true);
  connection.rival(second, true);
  shared.takeOver();
  connection.takeOver(waiting(first, 'Shop/Orders'));
  connection.takeOver(waiting(second, 'Pay/Refund'));
  const unfinished = [
    { function: 'Shop/Orders', runningMs: 10 },
    { function: 'Pay/Refund', runningMs: 10 },
  ];
  expect(news().at(-1)).toEqual({ type: 'taking-over', ...ann, unfinishedCount: 2, unfinished });
  connection.takeOver({ holder: first, state: 'ended', finished: 1 });
  expect(news().at(-1)).toMatchObject({ type: 'taking-over', unfinishedCount: 1 });
  connection.takeOver({ holder: second, state: 'ended', finished: 1 });
  expect(news().at(-1)).toEqual({ type: 'taken-over', ...ann, outcome: 'ended', finished: 2 });
  expect([news().filter(({ type }) => type === 'take-over-offered').length, shared.asked]).toEqual([1, []]);
});

it('one that did not answer may be asked again', () => {
  const { shared, connection, news, asked } = sharing();
  const holder = here();
  connection.rival(holder, true);
  shared.takeOver();
  connection.takeOver({ holder, state: 'unanswered' });
  expect(news().at(-1)).toEqual({ type: 'taken-over', ...ann, outcome: 'unanswered', finished: 0 });
  expect([shared.takeOver(), asked]).toEqual([true, ['asked', 'asked']]);
});

it('what is held runs when another tunnel takes the session, since nobody goes on with it later', () => {
  const { shared, connection, asked, news } = sharing();
  const { tunnelInstance } = here();
  const to = { ...here('bob@desk'), holderInstance: tunnelInstance, app: 'shop', session: 'default' };
  connection.handingOver(to, 2, null);
  expect([asked, shared.successors]).toEqual([['resumed'], ['bob@desk']]);
  expect(news()).toEqual([{ type: 'handing-over', ...ann, owner: 'bob@desk', unfinished: 2, stacks: null }]);
});

it('strangers are told once for each key, and three of them at most', () => {
  const { connection, events } = sharing();
  const asking = (identityKey: Uint8Array) =>
    connection.takeOverRefused({
      ...here(),
      identityKey,
      holderInstance: randomBytes(16),
      app: 'shop',
      session: 'default',
    });
  for (let times = 0; times < 3; times++) asking(publicKey);
  for (let others = 0; others < 10; others++) asking(randomBytes(32));
  expect(events.map(({ type }) => type)).toEqual(['note', 'note', 'note']);
});
