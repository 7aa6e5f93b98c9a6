// `npm run fuzz -- --frames 1000000 --seed 1`: feeds hostile frames to everything that reads what comes from outside,
// and tells how many, how slow the slowest was and what they took of memory. The frames are fed in a thread of their
// own, so that a frame that hangs is seen from here and named.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { eventBytes, eventText } from './dist/appsync/event-text.js';
import { readServiceMessage } from './dist/appsync/service-messages.js';
import { runFuzz } from './dist/fuzz/run-fuzz.js';

/** A frame that takes longer has hung: a hundred times the slowest that was ever seen. */
const hangMs = 60_000;
/** What memory may grow by from half of the frames to the end. */
const maxGrowthBytes = 64 * 1024 * 1024;
/** So much of a frame is kept for the report of a hang. */
const keptFrameBytes = 1024 * 1024;
const heapEvery = 20_000;

function vectors(file) {
  const path = join(import.meta.dirname, 'vectors', 'v1', `${file}.json`);
  return JSON.parse(readFileSync(path, 'utf8')).flatMap(({ bytes, events }) =>
    (events ?? [bytes]).map((each) => Buffer.from(each, 'hex')),
  );
}

function fuzz({ seed, frames, shared }) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const progress = new Int32Array(shared, 0, 2);
  const kept = new Uint8Array(shared, 8);
  return runFuzz({
    ...{ seed, frames, hangMs, heapEvery, heavyEvery: 200 },
    events: [...vectors('channel-events'), ...vectors('conversation')],
    messages: vectors('messages'),
    readers: { eventBytes, eventText, readServiceMessage },
    async heapBytes() {
      collect();
      await nextTurn();
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
    onFrame({ number, bytes }) {
      const start = bytes.subarray(0, kept.length);
      kept.set(start);
      Atomics.store(progress, 1, start.length);
      Atomics.store(progress, 0, number);
    },
  });
}

function report(result, tookMs) {
  const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(`${result.frames} frames in ${(tookMs / 1000).toFixed(1)} s`);
  console.table(
    result.byTarget.map(({ name, frames, totalMs, slowestMs, slowestBytes }) => ({
      target: name,
      frames,
      'mean µs': Math.round((totalMs / frames) * 1000),
      'slowest ms': Number(slowestMs.toFixed(1)),
      'slowest frame, bytes': slowestBytes,
    })),
  );
  const { halfwayBytes, endBytes, highestBytes } = result.heap;
  const peak = mebibytes(process.resourceUsage().maxRSS * 1024);
  console.log(
    `memory in use: ${mebibytes(halfwayBytes)} halfway, ${mebibytes(endBytes)} at the end, ` +
      `at most ${mebibytes(highestBytes)}; the process took at most ${peak}`,
  );
  if (endBytes - halfwayBytes <= maxGrowthBytes) return;
  console.error(`Memory grew by more than ${mebibytes(maxGrowthBytes)}.`);
  process.exitCode = 1;
}

function watch({ seed, frames }) {
  const shared = new SharedArrayBuffer(8 + keptFrameBytes);
  const progress = new Int32Array(shared, 0, 2);
  let seen = { number: -1, atMs: performance.now() };
  const worker = new Worker(new URL(import.meta.url), { workerData: { seed, frames, shared } });
  const timer = setInterval(() => {
    const number = Atomics.load(progress, 0);
    if (number !== seen.number) seen = { number, atMs: performance.now() };
    if (performance.now() - seen.atMs < hangMs) return;
    const frame = Buffer.from(new Uint8Array(shared, 8, Atomics.load(progress, 1))).toString('hex');
    console.error(`Frame ${number} of seed ${seed} hangs.\nThe frame: ${frame}`);
    process.exit(1);
  }, 1000);
  worker.on('error', (error) => {
    console.error(error.stack ?? error.message);
    process.exitCode = 1;
  });
  worker.on('exit', (code) => {
    clearInterval(timer);
    process.exitCode ||= code;
  });
}

if (isMainThread) {
  const { values } = parseArgs({
    options: { frames: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
  });
  const [frames, seed] = [Number(values.frames), Number(values.seed)];
  if (!Number.isSafeInteger(frames) || frames < 1 || !Number.isSafeInteger(seed)) {
    console.error('--frames and --seed are whole numbers: npm run fuzz -- --frames 1000000 --seed 1');
    process.exit(2);
  }
  watch({ seed, frames });
} else {
  const startMs = performance.now();
  report(await fuzz(workerData), performance.now() - startMs);
}
