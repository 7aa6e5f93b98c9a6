import { existsSync, readFileSync } from 'node:fs';
import type { Cloud } from './cloud.ts';
import { type Heap, lookAtHeap } from './heap-look.ts';
import { countDescendants, type ProcessFacts, readProcess } from './process-facts.ts';

/** A process as it was found at rest. */
export interface Look {
  readonly pid: number;
  readonly facts: ProcessFacts;
  /** Undefined for processes that were only counted. */
  readonly heap: Heap | undefined;
}

/** All processes at rest, after a round of work. */
export interface Snapshot {
  readonly atMs: number;
  /** Calls that were made until then. */
  readonly calls: number;
  /** Execution environments in the emulator. */
  readonly environments: number;
  readonly tunnel: Look | undefined;
  /** Processes below the tunnel, whatever they are. */
  readonly tunnelProcesses: number;
  readonly emulator: Look | undefined;
  readonly emulatorProcesses: number;
  readonly stubs: readonly Look[];
  readonly runners: readonly Look[];
}

/** Of the stubs and of the runners' processes the memory of so many is looked at, those that are there for longest. */
const lookedAt = 4;

const isStopped = (pid: number): boolean => {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && readFileSync(file, 'utf8').split(') ').at(-1)?.startsWith('T') === true;
};

/** An environment that stands still is let go for as long as it takes. */
async function heapOf(pid: number): Promise<Heap | undefined> {
  const frozen = isStopped(pid);
  try {
    if (frozen) process.kill(pid, 'SIGCONT');
    return await lookAtHeap(pid);
  } catch {
    // A process may end at any time, and a debugger of somebody else's be where its inspector would be.
    return undefined;
  } finally {
    if (frozen && readProcess(pid) !== undefined) process.kill(pid, 'SIGSTOP');
  }
}

async function look(pid: number | undefined, withHeap: boolean): Promise<Look | undefined> {
  const facts = pid === undefined ? undefined : readProcess(pid);
  if (pid === undefined || facts === undefined) return undefined;
  return { pid, facts, heap: withHeap ? await heapOf(pid) : undefined };
}

async function lookAtAll(pids: readonly number[]): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const pid of pids) {
    const found = await look(pid, looks.length < lookedAt);
    if (found) looks.push(found);
  }
  return looks;
}

export interface Watched {
  readonly cloud: Cloud;
  readonly tunnelPid: number | undefined;
  /** Processes that the tunnel said to have started, the oldest first; some may have ended. */
  readonly runnerPids: readonly number[];
  readonly atMs: number;
  readonly calls: number;
}

export async function takeSnapshot({ cloud, tunnelPid, runnerPids, atMs, calls }: Watched): Promise<Snapshot> {
  const environments = await cloud.environments();
  return {
    atMs,
    calls,
    environments: environments.length,
    // Before anything is done to it, and before its heap is swept.
    tunnelProcesses: tunnelPid === undefined ? 0 : countDescendants(tunnelPid),
    emulatorProcesses: countDescendants(cloud.pid),
    tunnel: await look(tunnelPid, true),
    emulator: await look(cloud.pid, true),
    stubs: await lookAtAll(environments.map(({ pid }) => pid)),
    runners: await lookAtAll(runnerPids),
  };
}
