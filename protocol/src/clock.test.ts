import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock, wallClock } from './clock.ts';

/** Two ends of a connection on this machine: what one writes lies unread at the other until this process looks. */
async function connection() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = await accepted;
  await once(near, 'ready');
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** This process does nothing for so long, as one that is frozen or gets no processor. */
const standStill = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('after a standstill, what arrived meanwhile is read before a delay is over', async () => {
  const { near, far } = await connection();
  const order: string[] = [];
  near.on('data', (text) => order.push(String(text)));
  // From the end of one turn of the event loop to the next there is nothing but timers.
  await new Promise((resolve) => setImmediate(resolve));
  const over = new Promise<void>((resolve) => {
    systemClock().after(5, () => {
      order.push('the time is over');
      resolve();
    });
  });
  far.write('an answer');
  standStill(20);
  await over;
  expect(order).toEqual(['an answer', 'the time is over']);
});

it('a delay that is cancelled when it is just over does nothing', async () => {
  const ran: string[] = [];
  const cancel = systemClock().after(1, () => ran.push('first'));
  standStill(5);
  await new Promise<void>((resolve) => {
    // Of two timers that are due at once the earlier comes first.
    setTimeout(() => {
      cancel();
      setImmediate(() => setImmediate(resolve));
    }, 1);
    standStill(5);
  });
  expect(ran).toEqual([]);
});

it('a clock by the time of day goes on while the process is frozen, and never goes back', () => {
  const times = [5000, 5100, 3_605_100, 3_600_000, 3_605_200];
  const clock = wallClock({ wallClockMs: () => times.shift() ?? Number.NaN });
  const seen = [clock.nowMs(), clock.nowMs(), clock.nowMs(), clock.nowMs()];
  expect(seen).toEqual([5100, 3_605_100, 3_605_100, 3_605_200]);
});
