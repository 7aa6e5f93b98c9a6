import type { BenchResult } from './bench-result.ts';
import type { Summary } from './samples.ts';
import { tunnelRatio, versionRatio } from './start-part.ts';
import { startRatio } from './stub-part.ts';
import { peerOperations, type Target } from './targets.ts';

const kibibyte = 1024;
const sizeOf = (bytes: number): string => {
  const [value, unit] = bytes >= kibibyte ** 2 - kibibyte ? [bytes / kibibyte ** 2, 'MB'] : [bytes / kibibyte, 'KB'];
  return `${Number(value.toFixed(1))} ${unit}`;
};
const ms = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));
const ratio = (value: number): string => value.toFixed(2);
const times = ({ samples, median, p99 }: Summary): readonly string[] => [ms(median), ms(p99), String(samples)];
const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Columns as wide as what is in them; the first two are text, the others numbers. */
function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length), name.length),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [title, ...[head, ...rows].map((row) => `  ${line(row)}`)].join('\n');
}

function machineLines({ machine, quick, seed, throttledPublishes }: BenchResult): string {
  const { node, platform, cpu, cpus, loadBefore, loadAfter } = machine;
  const load = `load per CPU ${ratio(loadBefore)} before, ${ratio(loadAfter)} after`;
  return [
    `Node ${node}, ${platform}, ${cpus} x ${cpu}; ${load}; seed ${seed}${quick ? '; a quick run' : ''}`,
    `Times are milliseconds. With less than 100 samples p99 is the largest. Throttled publishes: ${throttledPublishes}.`,
  ].join('\n');
}

const corpusTable = ({ corpus }: BenchResult): string =>
  table(
    'Corpus: size over compressed size (raw DEFLATE; the link uses level 1)',
    ['content', 'size', 'level 1', 'level 6'],
    corpus.map(({ content, bytes, fastRatio, defaultRatio }) => [
      content,
      sizeOf(bytes),
      ratio(fastRatio),
      ratio(defaultRatio),
    ]),
  );

const roundTripTable = ({ roundTrips }: BenchResult): string =>
  table(
    'Round trip: the raw echo, which is the floor, and the link',
    ['size', 'content', 'ms per hop', 'raw median', 'p99', 'link median', 'p99', 'samples', 'link/raw'],
    roundTrips.map(({ bytes, content, hopMs, rawEcho, link, ratio: over }) => [
      sizeOf(bytes),
      content,
      String(hopMs),
      ...times(rawEcho).slice(0, 2),
      ...times(link),
      ratio(over),
    ]),
  );

const billedTable = ({ billed }: BenchResult): string =>
  [
    table(
      'Billed for one warm call and its answer of the same size (units of 5 KB, in and out)',
      ['size', 'content', 'operations', 'floor', 'over floor', 'requests', 'events', 'bytes published'],
      billed.map((entry) => [
        sizeOf(entry.bytes),
        entry.content,
        grouped(entry.operations),
        grouped(entry.floorOperations),
        ratio(entry.ratio),
        String(entry.publishRequests),
        String(entry.events),
        grouped(entry.publishedBytes),
      ]),
    ),
    `  By arithmetic over their published sources: 1 KB costs SST ${peerOperations.sstSmall} and lambda-live-debugger ${peerOperations.lambdaLiveDebuggerSmall}, 6 MB both ways SST about ${grouped(peerOperations.sstLarge)}.`,
  ].join('\n');

const sequentialTable = ({ sequential }: BenchResult): string =>
  table(
    'Publishes of 128 KiB one after the other, uncompressed, and the link',
    ['size', 'content', 'ms per hop', 'sequential median', 'p99', 'link median', 'p99', 'samples', 'link/sequential'],
    [
      [
        sizeOf(sequential.bytes),
        sequential.content,
        String(sequential.hopMs),
        ...times(sequential.sequential).slice(0, 2),
        ...times(sequential.link),
        ratio(sequential.ratio),
      ],
    ],
  );

function stubTable({ stub }: BenchResult): string {
  const { start, invocations } = stub;
  const row = (name: string, clock: string, summary: Summary, over = '') => [name, clock, ...times(summary), over];
  const over = (summary: Summary, base: Summary) => ratio(summary.median / base.median);
  return [
    table(
      'Stub',
      ['what', 'clock', 'median', 'p99', 'samples', 'over bare Node'],
      [
        row('bare Node', 'CPU', start.bareNode),
        row(
          'and Node modules for HTTP, TLS, sealing',
          'CPU',
          start.builtinModules,
          over(start.builtinModules, start.bareNode),
        ),
        row('stub, loaded', 'CPU', start.loaded, over(start.loaded, start.bareNode)),
        row('stub, asks for its first event', 'CPU', start.initialized, ratio(startRatio(stub))),
        row('bare Node', 'wall', start.bareNodeWall),
        row(
          'stub, asks for its first event',
          'wall',
          start.initializedWall,
          over(start.initializedWall, start.bareNodeWall),
        ),
        ...invocations.map(({ content, bytes, cpu }) => row(`${sizeOf(bytes)} ${content}, there and back`, 'CPU', cpu)),
      ],
    ),
    `  ${grouped(stub.bundleBytes)} bytes minified, ${grouped(stub.bundleGzipBytes)} gzipped, ${grouped(stub.zipBytes)} as the deployed zip.`,
  ].join('\n');
}

function invocationTable({ invocations }: BenchResult): string {
  const { cold, warm, afterFreeze, sustained } = invocations;
  const { concurrency, invocationsPerSecond, seconds, took } = sustained;
  return [
    table(
      'Invocations through Lambda, stub, tunnel and handler process',
      ['what', 'size', 'median', 'p99', 'samples'],
      [
        ['cold', 'small', ...times(cold)],
        ...warm.map((entry) => ['warm', sizeOf(entry.bytes), ...times(entry.took)]),
        ...afterFreeze.map((entry) => [`frozen for ${entry.frozenMs / 1000} s`, 'small', ...times(entry.took)]),
        [`${concurrency} at a time`, '1 KB', ...times(took)],
      ],
    ),
    `  ${invocationsPerSecond.toFixed(0)} invocations a second with ${concurrency} environments, for ${seconds.toFixed(0)} s.`,
  ].join('\n');
}

function reloadTable({ runners }: BenchResult): string {
  const summaries = (entry: BenchResult['runners']['reloads'][number]) =>
    [entry.ready, entry.saveToReady, entry.saveToAnswer, entry.nextCall, entry.warmCall].map(({ median }) =>
      ms(median),
    );
  const reloads = table(
    `Reload, medians (bare Node starts and ends in ${ms(runners.bareNode.median)})`,
    [
      'runner',
      'modules',
      'floor',
      'event to ready',
      'save to ready',
      'save to answer',
      'next call',
      'warm call',
      'over',
    ],
    runners.reloads.map((entry) => [
      entry.runner,
      String(entry.modules),
      ms((entry.warmImport ?? entry.bundlingAlone ?? runners.bareNode).median),
      ...summaries(entry),
      ratio(entry.ready.median / (entry.warmImport ?? runners.bareNode).median),
    ]),
  );
  return `${reloads}\n  The floor: of esbuild its own build of the same modules; of the others the modules, imported by a process that is warm. Over: event to ready over bare Node, or over that floor.`;
}

function callTable({ runners }: BenchResult): string {
  const { call, memory } = runners;
  const size = (bytes: number | undefined) => (bytes === undefined ? 'unknown' : sizeOf(bytes));
  return [
    table(
      'Warm call without a network',
      ['what', 'size', 'median', 'p99', 'samples'],
      [
        ['bare runtime', 'small', ...times(call.bareRuntime)],
        ['executor and Node client', 'small', ...times(call.executor)],
      ],
    ),
    `  Resident memory of a process: ${size(memory.environment)} when it has served, ${size(memory.spare)} waiting without code.`,
  ].join('\n');
}

function synthTable({ synth }: BenchResult): string {
  const { functions, normal, live } = synth;
  const row = (part: 'construct' | 'synth' | 'whole', name: string) => [
    name,
    String(functions),
    ms(normal[part].median),
    ms(live[part].median),
    String(normal[part].samples),
    ratio(live[part].median / normal[part].median),
  ];
  return table(
    'Synth of an app of NodejsFunctions, medians',
    ['what', 'functions', 'normal', 'live', 'samples', 'live/normal'],
    [row('construct', 'construct'), row('synth', 'app.synth()'), row('whole', 'the whole process')],
  );
}

function startTable({ start }: BenchResult): string {
  const { bareNode, bareOclif, commands } = start;
  const row = (name: string, clock: string, summary: Summary, bare: Summary) => [
    name,
    clock,
    ...times(summary),
    ratio(summary.median / bare.median),
  ];
  return [
    table(
      'Start of the command line',
      ['what', 'clock', 'median', 'p99', 'samples', 'over bare Node'],
      [
        row('bare Node', 'CPU', bareNode, bareNode),
        row('bare oclif --version', 'CPU', bareOclif, bareNode),
        ...commands.map(({ args, cpu }) => row(`live-lambda ${args}`, 'CPU', cpu, bareNode)),
        row('live-lambda tunnel, ready', 'CPU', start.tunnelReady, start.bareNodeBeside),
        row('live-lambda tunnel, ready', 'wall', start.tunnelReadyWall, start.bareNodeBesideWall),
      ],
    ),
    `  --version over bare oclif: ${ratio(versionRatio(start))}; the tunnel over bare Node: ${ratio(tunnelRatio(start))}.`,
  ].join('\n');
}

function targetTable(targets: readonly Target[]): string {
  const value = (amount: number, unit: Target['unit']) =>
    unit === 'times' ? ratio(amount) : unit === 'ms' ? ms(amount) : grouped(amount);
  return table(
    'Targets',
    ['', 'target', 'measured', 'at most', 'of that'],
    targets.map(({ met, name, measured, limit, unit }) => [
      met ? 'passed' : 'missed',
      name,
      value(measured, unit),
      value(limit, unit),
      ratio(measured / limit),
    ]),
  );
}

/** A run as tables for people. */
export function describeResult(result: BenchResult, targets: readonly Target[]): string {
  const parts = [
    machineLines,
    corpusTable,
    roundTripTable,
    billedTable,
    sequentialTable,
    stubTable,
    invocationTable,
    reloadTable,
    callTable,
    synthTable,
    startTable,
  ].map((describe) => describe(result));
  return [...parts, targetTable(targets)].join('\n\n');
}
