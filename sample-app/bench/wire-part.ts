import { deflateRawSync } from 'node:zlib';
import type { MeterReading } from '@live-lambda/emulator';
import { meteredUnitBytes } from '@live-lambda/emulator';
import type { Broker } from './broker.ts';
import type { Content, Corpus } from './corpus.ts';
import type { LinkPair } from './link-pair.ts';
import type { RawEcho } from './raw-echo.ts';
import { type Summary, summarize, timeInTurn } from './samples.ts';

export interface RoundTrip {
  readonly bytes: number;
  readonly content: Content;
  /** Added to everything that crosses the network once, in milliseconds. */
  readonly hopMs: number;
  readonly rawEcho: Summary;
  readonly link: Summary;
  /** Link over raw echo, by their medians. */
  readonly ratio: number;
}

export interface Billed {
  readonly bytes: number;
  readonly content: Content;
  /** What an invocation and its result of this size were billed. */
  readonly operations: number;
  readonly publishRequests: number;
  readonly events: number;
  /** Bytes published, as text. */
  readonly publishedBytes: number;
  /** The compressed bytes in base64, in units of 5 KB, both ways, in and out. */
  readonly floorOperations: number;
  readonly ratio: number;
}

export interface Sequential {
  readonly bytes: number;
  readonly content: Content;
  readonly hopMs: number;
  readonly sequential: Summary;
  readonly link: Summary;
  /** Link over sequential publishes, by their medians. */
  readonly ratio: number;
}

export interface WireOptions {
  readonly broker: Broker;
  readonly rawEcho: RawEcho;
  readonly link: LinkPair;
  readonly corpus: Corpus;
}

export interface RoundTripCase {
  readonly bytes: number;
  readonly content: Content;
  readonly hopMs: number;
  readonly samples: number;
}

/** A round's first calls compile code and fill pools. */
const warmups = 2;
/** What is published after an answer, where something is, is out within this time. */
const stragglersMs = 300;

export async function measureRoundTrip(
  { broker, rawEcho, link, corpus }: WireOptions,
  { bytes, content, hopMs, samples }: RoundTripCase,
): Promise<RoundTrip> {
  broker.emulator.faults.set({ hopMs });
  const message = corpus.bytes(content, bytes);
  const [raw = [], linked = []] = await timeInTurn([() => rawEcho.roundTrip(message), () => link.roundTrip(message)], {
    warmups,
    samples,
  });
  broker.emulator.faults.clear();
  const summaries = { rawEcho: summarize(raw), link: summarize(linked) };
  return { bytes, content, hopMs, ...summaries, ratio: summaries.link.median / summaries.rawEcho.median };
}

/** Meters one warm call, after what was still on its way has arrived. */
async function meterOne({ broker, link }: WireOptions, message: Uint8Array): Promise<MeterReading> {
  const { meter } = broker.emulator;
  await link.roundTrip(message);
  await new Promise((resolve) => setTimeout(resolve, stragglersMs));
  meter.reset();
  await link.roundTrip(message);
  await new Promise((resolve) => setTimeout(resolve, stragglersMs));
  return meter.read();
}

/**
 * Operations for a message and its echo, each of which crosses the broker once: it is metered when it is published and
 * when it is delivered. What does not compress is taken as it is. An event is text, hence base64.
 */
function floorOperations(message: Uint8Array): number {
  const compressed = Math.min(message.length, deflateRawSync(message, { level: 1 }).length);
  const textBytes = Math.ceil((compressed * 4) / 3);
  return 4 * Math.ceil(textBytes / meteredUnitBytes);
}

export async function measureBilled(
  options: WireOptions,
  { bytes, content }: Pick<RoundTripCase, 'bytes' | 'content'>,
): Promise<Billed> {
  const message = options.corpus.bytes(content, bytes);
  const reading = await meterOne(options, message);
  const floor = floorOperations(message);
  return {
    bytes,
    content,
    operations: reading.operations,
    publishRequests: reading.publishRequests,
    events: reading.inboundEvents,
    publishedBytes: reading.inboundBytes,
    floorOperations: floor,
    ratio: reading.operations / floor,
  };
}

/** Holds the link against 128 KiB publishes one after the other. */
export async function measureSequential(
  { broker, rawEcho, link, corpus }: WireOptions,
  { bytes, content, hopMs, samples }: RoundTripCase,
): Promise<Sequential> {
  broker.emulator.faults.set({ hopMs });
  const message = corpus.bytes(content, bytes);
  const [slow = [], linked = []] = await timeInTurn(
    [() => rawEcho.sequentialRoundTrip(message), () => link.roundTrip(message)],
    { warmups: 0, samples },
  );
  broker.emulator.faults.clear();
  const summaries = { sequential: summarize(slow), link: summarize(linked) };
  return { bytes, content, hopMs, ...summaries, ratio: summaries.link.median / summaries.sequential.median };
}
