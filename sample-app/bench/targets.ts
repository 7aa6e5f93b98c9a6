import type { BenchResult } from './bench-result.ts';
import { tunnelRatio, versionRatio } from './start-part.ts';
import { startRatio } from './stub-part.ts';

/** What the benchmark is to reach, and what it did. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  /** The measured value may be this at most. */
  readonly limit: number;
  readonly unit: 'times' | 'operations' | 'bytes' | 'ms';
  readonly met: boolean;
}

/**
 * Billed operations of a warm call, by arithmetic over the published sources of SST and lambda-live-debugger: nothing of
 * theirs is run here. SST publishes a request, an acknowledgement and an answer of 128 KiB chunks in base64.
 */
export const peerOperations = {
  sstSmall: 6,
  lambdaLiveDebuggerSmall: 13,
  /** 6 MB there and 6 MB back. */
  sstLarge: 6700,
} as const;

const kibibyte = 1024;
export const mebibyte = kibibyte * kibibyte;
const maxSmallRatio = 2;
const maxLargeRatio = 1.5;
const maxBilledRatio = 1.05;
const smallOperations = 4;
const maxShareOfPeer = 1 / 3;
const maxBundleBytes = 180 * kibibyte;
const maxStartRatio = 1.5;
const maxBundleReloadRatio = 0.8;
const maxImportReloadRatio = 1.2;
const maxNextCallMs = 10;
/** Live functions are not bundled at synth. */
const maxLiveSynthRatio = 1;
const maxVersionRatio = 1.5;
const maxTunnelRatio = 8;

const atMost = (name: string, measured: number, limit: number, unit: Target['unit'] = 'times'): Target => ({
  name,
  measured,
  limit,
  unit,
  met: measured <= limit,
});

const sizeName = (bytes: number): string => (bytes >= mebibyte ? `${bytes / mebibyte} MB` : `${bytes / kibibyte} KB`);

function roundTripTargets({ roundTrips }: BenchResult): readonly Target[] {
  const judged = roundTrips.filter(
    ({ bytes, content }) => content === 'random' && (bytes === kibibyte || bytes >= mebibyte),
  );
  return judged.map(({ bytes, hopMs, ratio }) =>
    atMost(
      `link over raw echo, ${sizeName(bytes)} incompressible, ${hopMs} ms per hop`,
      ratio,
      bytes === kibibyte ? maxSmallRatio : maxLargeRatio,
    ),
  );
}

function billedTargets({ billed }: BenchResult): readonly Target[] {
  return billed.flatMap(({ bytes, content, operations, ratio }) => {
    const name = `${sizeName(bytes)} ${content}`;
    const targets = [atMost(`billed operations over their floor, ${name}`, ratio, maxBilledRatio)];
    if (bytes === kibibyte) {
      const exact = atMost(`billed operations of a warm call, ${name}`, operations, smallOperations, 'operations');
      targets.push({ ...exact, met: operations === smallOperations });
    }
    if (bytes === 6 * mebibyte && content !== 'random') {
      const limit = peerOperations.sstLarge * maxShareOfPeer;
      targets.push(atMost(`billed operations both ways, ${name}: a third of SST's`, operations, limit, 'operations'));
    }
    return targets;
  });
}

function stubTargets({ stub }: BenchResult): readonly Target[] {
  return [
    atMost('stub, minified', stub.bundleBytes, maxBundleBytes, 'bytes'),
    atMost('CPU of the stub until its first event, over bare Node', startRatio(stub), maxStartRatio),
  ];
}

/** Judged with the many modules of a real function; with a few the process's own work is all that is measured. */
function runnerTargets({ runners }: BenchResult): readonly Target[] {
  const most = Math.max(...runners.reloads.map(({ modules }) => modules));
  return runners.reloads
    .filter(({ modules }) => modules === most)
    .flatMap(({ runner, modules, ready, warmImport, nextCall, warmCall }) => {
      const name = `${modules} modules, ${runner}`;
      const over = warmImport
        ? atMost(`reload over importing them warm, ${name}`, ready.median / warmImport.median, maxImportReloadRatio)
        : atMost(`reload over bare Node, ${name}`, ready.median / runners.bareNode.median, maxBundleReloadRatio);
      const added = Math.max(0, nextCall.median - warmCall.median);
      return [over, atMost(`added to the next call, ${name}`, added, maxNextCallMs, 'ms')];
    });
}

function synthTarget({ synth: { functions, normal, live } }: BenchResult): Target {
  const name = `live synth over a normal one, ${functions} functions`;
  return atMost(name, live.whole.median / normal.whole.median, maxLiveSynthRatio);
}

function startTargets({ start }: BenchResult): readonly Target[] {
  return [
    atMost('CPU of live-lambda --version, over bare oclif', versionRatio(start), maxVersionRatio),
    atMost('CPU of the tunnel until it is ready, over bare Node', tunnelRatio(start), maxTunnelRatio),
  ];
}

export function judge(result: BenchResult): readonly Target[] {
  const { bytes, content, hopMs, ratio } = result.sequential;
  const name = `link over sequential publishes of 128 KiB, ${sizeName(bytes)} ${content}, ${hopMs} ms per hop`;
  return [
    ...roundTripTargets(result),
    ...billedTargets(result),
    atMost(name, ratio, maxShareOfPeer),
    ...stubTargets(result),
    ...runnerTargets(result),
    synthTarget(result),
    ...startTargets(result),
  ];
}
