import { setImmediate as nextTurn } from 'node:timers/promises';
import { decoderTargets } from './decoder-targets.ts';
import { createRandom } from './random.ts';
import { type ServiceReaders, serviceTargets } from './service-targets.ts';
import { reassemblyTarget, sealedSessionTarget } from './session-targets.ts';
import { stubCoreTarget } from './stub-core-target.ts';
import type { Target, TargetOptions } from './target.ts';
import { tunnelCoreTarget } from './tunnel-core-target.ts';

/** A frame that did what none may do. Says all that is needed to have it again. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

export interface FuzzOptions {
  readonly seed: number;
  readonly frames: number;
  /** Genuine channel events and messages, to make bad ones of. */
  readonly events: TargetOptions['events'];
  readonly messages: TargetOptions['corpus'];
  readonly readers: ServiceReaders;
  /** One flood in so many is as large as a message can be. */
  readonly heavyEvery: number;
  /** A frame that takes longer has hung. */
  readonly hangMs: number;
  /** Bytes in use, garbage collected as far as that can be had. */
  readonly heapBytes: () => Promise<number>;
  /** Memory in use is looked at each so many frames. */
  readonly heapEvery: number;
  /** Told each frame before it is fed. */
  readonly onFrame?: (frame: { readonly number: number; readonly target: string; readonly bytes: Uint8Array }) => void;
}

export interface FuzzReport {
  readonly frames: number;
  readonly byTarget: readonly TargetReport[];
  /** Memory in use once half of the frames were fed, at the end, and at its highest between. */
  readonly heap: { readonly halfwayBytes: number; readonly endBytes: number; readonly highestBytes: number };
}

export interface TargetReport {
  readonly name: string;
  readonly frames: number;
  readonly totalMs: number;
  readonly slowestMs: number;
  /** Size of the frame that took the longest. */
  readonly slowestBytes: number;
}

const framesPerTurn = 100;

type Tally = { -readonly [Field in keyof TargetReport]: TargetReport[Field] };

/**
 * Feeds frames to everything that reads what comes from outside.
 * @throws FuzzFailure at the first frame that throws, breaks a rule or hangs.
 */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, frames } = options;
  const random = createRandom(seed);
  const targets = createTargets({ ...options, random, corpus: options.messages });
  const tallies = new Map<Target, Tally>(
    targets.map((target) => [target, { name: target.name, frames: 0, totalMs: 0, slowestMs: 0, slowestBytes: 0 }]),
  );
  let halfwayBytes = 0;
  let highestBytes = 0;
  for (let number = 0; number < frames; number++) {
    const target = random.pick(targets);
    const tally = tallies.get(target);
    if (tally) feedOne(options, { number, target, tally });
    // What native code holds is given back between turns of the event loop, as it is where frames come from a socket.
    if (number % framesPerTurn === 0) await nextTurn();
    if (number % options.heapEvery === 0) highestBytes = Math.max(highestBytes, await options.heapBytes());
    if (number === Math.floor(frames / 2)) halfwayBytes = await options.heapBytes();
  }
  const endBytes = await options.heapBytes();
  const heap = { halfwayBytes, endBytes, highestBytes: Math.max(highestBytes, halfwayBytes, endBytes) };
  return { frames, byTarget: [...tallies.values()], heap };
}

function createTargets(options: TargetOptions & FuzzOptions): readonly Target[] {
  return [
    reassemblyTarget(options),
    sealedSessionTarget(options),
    stubCoreTarget(options),
    tunnelCoreTarget(options, 3000),
    tunnelCoreTarget(options, undefined),
    ...decoderTargets(options),
    ...serviceTargets(options, options.readers),
  ];
}

interface Turn {
  readonly number: number;
  readonly target: Target;
  readonly tally: Tally;
}

function feedOne({ seed, hangMs, onFrame }: FuzzOptions, { number, target, tally }: Turn): void {
  const frame = target.next();
  onFrame?.({ number, target: target.name, bytes: frame.bytes });
  const startMs = performance.now();
  const failed = (what: string, cause?: unknown) =>
    new FuzzFailure(
      `${target.name}, frame ${number} of seed ${seed}: ${what}\n` +
        `Again: npm run fuzz -- --seed ${seed} --frames ${number + 1}\n` +
        `The frame: ${Buffer.from(frame.bytes).toString('hex')}`,
      { cause },
    );
  try {
    frame.feed();
  } catch (error) {
    throw failed(error instanceof Error ? `${error.name}: ${error.message}` : String(error), error);
  }
  const tookMs = performance.now() - startMs;
  if (tookMs > hangMs) throw failed(`took ${Math.round(tookMs)} ms`);
  tally.frames += 1;
  tally.totalMs += tookMs;
  if (tookMs > tally.slowestMs) {
    tally.slowestMs = tookMs;
    tally.slowestBytes = frame.bytes.length;
  }
}
