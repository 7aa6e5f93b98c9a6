import type { Growth } from './growth.ts';
import type { Snapshot } from './watch.ts';

const mega = 1024 * 1024;
const megabytes = (bytes: number): string => `${(bytes / mega).toFixed(1)} MB`;
const heldOf = (look: Snapshot['tunnel']): string =>
  look?.heap ? megabytes(look.heap.usedBytes + look.heap.externalBytes) : '-';

/** One line about a round, for whoever looks on. */
export function describeRound(snapshot: Snapshot): string {
  const { tunnel, emulator, environments } = snapshot;
  return [
    `${snapshot.calls} calls`,
    `${environments} environments`,
    `tunnel holds ${heldOf(tunnel)}, ${tunnel?.facts.descriptors ?? '-'} descriptors, ${snapshot.tunnelProcesses} processes`,
    `emulator ${heldOf(emulator)}, ${emulator?.facts.descriptors ?? '-'} descriptors`,
    `a stub ${heldOf(snapshot.stubs[0])}`,
    `a runner's process ${heldOf(snapshot.runners[0])}`,
  ].join('; ');
}

export function describeGrowth(growth: Growth): string {
  const { early, late, allowed, flat } = growth.flatness;
  const text = growth.unit === 'bytes' ? megabytes : (count: number) => String(count);
  const slope = growth.unit === 'bytes' ? megabytes(growth.flatness.growth) : growth.flatness.growth.toFixed(1);
  return `${flat ? 'flat  ' : 'GROWS '} ${growth.of}: ${growth.figure}: ${text(early)} early, ${text(late)} late; slope ${slope} over ${growth.calls} calls, ${text(allowed)} allowed`;
}
