import { readFileSync } from 'node:fs';

/** The most memory that a process has held, in MB; `undefined` where the system does not say (it does on Linux). */
export const peakMemoryMb = (pid: number | undefined): number | undefined => {
  if (pid === undefined) return undefined;
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
};
