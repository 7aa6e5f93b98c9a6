import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux says of a process (proc(5)). */
export interface ProcessFacts {
  readonly residentBytes: number;
  /** Open file descriptors, and those of them that are sockets. */
  readonly descriptors: number;
  readonly sockets: number;
  readonly threads: number;
}

/** @returns undefined for a process that ended */
export function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    // One that ended and was not waited for has no memory any more.
    if (number('VmRSS') === 0) return undefined;
    const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(pid, fd));
    return {
      residentBytes: number('VmRSS') * 1024,
      descriptors: targets.length,
      sockets: targets.filter((target) => target.startsWith('socket:')).length,
      threads: number('Threads'),
    };
  } catch {
    return undefined;
  }
}

function targetOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}

/** How many processes descend from one, by the parents that the system knows. */
export function countDescendants(pid: number): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const parent = /^\d+$/.test(entry) ? parentOf(entry) : undefined;
    if (parent !== undefined) parents.set(Number(entry), parent);
  }
  const descends = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && (parent === pid || descends(parent));
  };
  return [...parents.keys()].filter(descends).length;
}

/** @returns undefined for a process that ended, also where it was not waited for yet */
function parentOf(pid: string): number | undefined {
  try {
    // The name in parentheses may hold anything.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
