import { createInterface } from 'node:readline';
import { killProcessGroup } from './process-group.ts';

/**
 * A program that outlives its parent by a moment. It reads lines from standard input, `+PID` for a process group that
 * was started and `-PID` for one that ended, and when the input ends, which it does however the parent dies, it kills
 * the groups that are left.
 */
const groups = new Set<number>();

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const pid = Number(line.slice(1));
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (line.startsWith('+')) groups.add(pid);
  else if (line.startsWith('-')) groups.delete(pid);
});
lines.on('close', () => {
  for (const pid of groups) killProcessGroup(pid);
  process.exit(0);
});
