import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Whether anybody lives in the group that a process led. What has ended and waits to be reaped does not count. */
export function isGroupAlive(leaderPid: number): boolean {
  if (existsSync('/proc/self/stat')) return livingGroups().has(leaderPid);
  try {
    process.kill(process.platform === 'win32' ? leaderPid : -leaderPid, 0);
    return true;
  } catch {
    return false;
  }
}

function livingGroups(): ReadonlySet<number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Set(pids.flatMap((pid) => groupOfLiving(pid) ?? []));
}

/** Source: proc(5): after the name in parentheses come state, parent and process group. */
function groupOfLiving(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? undefined : Number(group);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
