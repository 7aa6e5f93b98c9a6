import { type Flatness, judgeFlatness, type Sample, type Tolerance } from './flatness.ts';
import type { Look, Snapshot } from './watch.ts';

const mega = 1024 * 1024;

/** A figure of one process, or of all of a kind, and whether it stayed what it was. */
export interface Growth {
  readonly of: string;
  readonly figure: string;
  readonly unit: 'bytes' | 'count';
  readonly flatness: Flatness;
  /** Of the run's calls while it was watched. */
  readonly calls: number;
}

interface Figure {
  readonly figure: string;
  readonly unit: Growth['unit'];
  readonly measure: (look: Look) => number | undefined;
  readonly tolerance: Tolerance;
}

/**
 * What counts as flat. What is held after a garbage collection moves little. What the system counts as resident also holds
 * what V8 and the allocator keep of the largest payload so far: 6 MB as bytes, as text and sealed, in both directions,
 * which a process may meet early or late: that is judged in a long run only.
 */
const memory: readonly Figure[] = [
  {
    figure: 'held after a garbage collection',
    unit: 'bytes',
    measure: ({ heap }) => heap && heap.usedBytes + heap.externalBytes,
    tolerance: { amount: 1.5 * mega, share: 0.05 },
  },
  {
    figure: 'resident',
    unit: 'bytes',
    measure: ({ facts }) => facts.residentBytes,
    tolerance: { amount: 64 * mega, share: 0.25, fewest: 12 },
  },
];

const handles = (tolerance: Tolerance): readonly Figure[] => [
  { figure: 'descriptors', unit: 'count', measure: ({ facts }) => facts.descriptors, tolerance },
  { figure: 'sockets', unit: 'count', measure: ({ facts }) => facts.sockets, tolerance },
  {
    figure: 'timers, sockets and pipes in its event loop',
    unit: 'count',
    measure: ({ heap }) => heap && Object.values(heap.resources).reduce((sum, number) => sum + number, 0),
    tolerance,
  },
];

const exactly: Tolerance = { amount: 3, share: 0 };
/** A stub keeps up to eight HTTP connections, more or fewer of them by what it sent last ... */
const withIdleConnections: Tolerance = { amount: 8, share: 0 };
/** ... and the emulator has the other end of all of them. */
const withThoseOfStubs: Tolerance = { amount: 8, share: 0.15 };

interface Seen {
  readonly snapshot: Snapshot;
  readonly look: Look;
}

/** @param scale of counts: by how much fewer there would be with as many environments as at the end */
function growthOf(
  of: string,
  {
    seen,
    figures,
    scale = () => 1,
  }: {
    readonly seen: readonly Seen[];
    readonly figures: readonly Figure[];
    readonly scale?: (snapshot: Snapshot) => number;
  },
): readonly Growth[] {
  const calls = (seen.at(-1)?.snapshot.calls ?? 0) - (seen[0]?.snapshot.calls ?? 0);
  return figures.flatMap(({ figure, unit, measure, tolerance }) => {
    const samples = seen.flatMap(({ snapshot, look }): readonly Sample[] => {
      const value = measure(look);
      if (value === undefined) return [];
      return [{ atMs: snapshot.atMs, value: unit === 'count' ? Math.round(value * scale(snapshot)) : value }];
    });
    const flatness = judgeFlatness(samples, tolerance);
    return flatness ? [{ of, figure, unit, flatness, calls }] : [];
  });
}

/** Those of the process that was seen most often. */
function ofLongest(snapshots: readonly Snapshot[], looksOf: (snapshot: Snapshot) => readonly Look[]): readonly Seen[] {
  const byPid = new Map<number, Seen[]>();
  for (const snapshot of snapshots) {
    for (const look of looksOf(snapshot)) byPid.set(look.pid, [...(byPid.get(look.pid) ?? []), { snapshot, look }]);
  }
  return [...byPid.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

const excessOf = ({ flatness }: Growth): number =>
  Math.min(flatness.growth, flatness.late - flatness.early) / flatness.allowed;

/** All processes whose memory was looked at, each by itself: of each figure the one that grew most of what it may. */
function worstOf(
  of: string,
  {
    snapshots,
    looksOf,
    tolerance,
  }: {
    readonly snapshots: readonly Snapshot[];
    readonly looksOf: (snapshot: Snapshot) => readonly Look[];
    readonly tolerance: Tolerance;
  },
): readonly Growth[] {
  const figures = [...memory, ...handles(tolerance)];
  const pids = new Set(snapshots.flatMap((snapshot) => looksOf(snapshot).map(({ pid }) => pid)));
  const all = [...pids].flatMap((pid) => {
    const seen = snapshots.flatMap((snapshot) => {
      const look = looksOf(snapshot).find((each) => each.pid === pid);
      return look?.heap ? [{ snapshot, look }] : [];
    });
    return growthOf(of, { seen, figures });
  });
  return figures.flatMap(({ figure }) => {
    const same = all.filter((growth) => growth.figure === figure);
    return same.sort((a, b) => excessOf(b) - excessOf(a)).slice(0, 1);
  });
}

/** How many processes there are beside one for each environment. */
function processesOf(of: string, seen: readonly Seen[], count: (snapshot: Snapshot) => number): readonly Growth[] {
  const samples = seen.map(({ snapshot }) => ({ atMs: snapshot.atMs, value: count(snapshot) - snapshot.environments }));
  const flatness = judgeFlatness(samples, { amount: 2, share: 0 });
  const calls = (seen.at(-1)?.snapshot.calls ?? 0) - (seen[0]?.snapshot.calls ?? 0);
  return flatness ? [{ of, figure: 'processes besides those of environments', unit: 'count', flatness, calls }] : [];
}

/** How many figures there are of each kind at least. */
const fewestFigures: Readonly<Record<string, number>> = { tunnel: 5, emulator: 5, stub: 4, "runner's process": 4 };

/** @throws Error where something was not seen often enough to say whether it grows */
export function judgeGrowth(snapshots: readonly Snapshot[]): readonly Growth[] {
  const tunnel = ofLongest(snapshots, (snapshot) => (snapshot.tunnel ? [snapshot.tunnel] : []));
  const emulator = ofLongest(snapshots, (snapshot) => (snapshot.emulator ? [snapshot.emulator] : []));
  const last = snapshots.at(-1);
  // Each environment has a process here, and each of these its sockets and pipes.
  const perProcess = ({ tunnelProcesses }: Snapshot) =>
    (tunnel.at(-1)?.snapshot.tunnelProcesses ?? tunnelProcesses) / tunnelProcesses;
  const perEnvironment = ({ environments }: Snapshot) => (last?.environments ?? environments) / environments;
  const growth = [
    ...growthOf('tunnel', { seen: tunnel, figures: [...memory, ...handles(exactly)], scale: perProcess }),
    ...processesOf('tunnel', tunnel, ({ tunnelProcesses }) => tunnelProcesses),
    ...growthOf('emulator', {
      seen: emulator,
      figures: [...memory, ...handles(withThoseOfStubs)],
      scale: perEnvironment,
    }),
    ...processesOf('emulator', emulator, ({ emulatorProcesses }) => emulatorProcesses),
    ...worstOf('stub', { snapshots, looksOf: ({ stubs }) => stubs, tolerance: withIdleConnections }),
    ...worstOf("runner's process", { snapshots, looksOf: ({ runners }) => runners, tolerance: exactly }),
  ];
  for (const [kind, figures] of Object.entries(fewestFigures)) {
    if (growth.filter(({ of }) => of === kind).length >= figures) continue;
    throw new Error(`a ${kind} was not seen often enough to say whether it grows: let it run for longer`);
  }
  return growth;
}
