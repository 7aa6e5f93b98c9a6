import { largestBytes, type Order, type SoakFunction } from './calls.ts';

/** One caller each, so that there are 16 execution environments. */
export const callers: readonly SoakFunction[] = [
  ...Array.from({ length: 10 }, () => 'Echo' as const),
  ...Array.from({ length: 4 }, () => 'Bundled' as const),
  ...Array.from({ length: 2 }, () => 'Stream' as const),
];

/** Up to which share of all sizes so many bytes are drawn, evenly between the two. */
const sizes = [
  { share: 0.03, from: 0, to: 0 },
  { share: 0.8, from: 200, to: 4_000 },
  { share: 0.95, from: 4_000, to: 100_000 },
  { share: 0.988, from: 100_000, to: 1_000_000 },
  { share: 0.997, from: 1_000_000, to: largestBytes },
  { share: 1, from: largestBytes, to: largestBytes },
];

function drawBytes(random: () => number): number {
  const dice = random();
  const size = sizes.find(({ share }) => dice < share);
  return size ? Math.round(size.from + random() * (size.to - size.from)) : 0;
}

function drawEnd(fn: SoakFunction, random: () => number): Order['ends'] {
  const dice = random();
  if (dice < 0.05) return 'fails';
  // The processes of Echo are the ones whose memory is watched for as long as the run lasts.
  return fn === 'Bundled' && dice < 0.055 ? 'exits' : 'answers';
}

export function drawOrder(call: number, fn: SoakFunction, random: () => number): Order {
  const eventBytes = drawBytes(random);
  const answerBytes = drawBytes(random);
  const drawn = drawEnd(fn, random);
  const waitMs = random() < 0.1 ? Math.round(random() * 300) : 0;
  // An event of no bytes asks for nothing, nor does a stream of none fail.
  const ends = eventBytes === 0 || (fn === 'Stream' && answerBytes === 0) ? 'answers' : drawn;
  return { call, fn, eventBytes: fn === 'Stream' ? Math.max(eventBytes, 200) : eventBytes, answerBytes, ends, waitMs };
}

/** A small call that lasts a while, so that as many at once reach as many environments. */
export function smallOrder(call: number, fn: SoakFunction): Order {
  return { call, fn, eventBytes: 200, answerBytes: 200, ends: 'answers', waitMs: 300 };
}

/** How long a caller does nothing after a call: mostly little, now and then for so long that environments stand still. */
export function drawPauseMs(random: () => number): number {
  const dice = random();
  return dice < 0.85 ? Math.round(random() * 200) : dice < 0.98 ? Math.round(random() * 1_000) : 2_500;
}
