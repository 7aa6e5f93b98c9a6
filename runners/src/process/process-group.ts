import { spawnSync } from 'node:child_process';

/**
 * Kills a process and everything that it started. POSIX: the process group that it leads; a descendant that made a
 * group of its own escapes. Windows: the tree of children, by `taskkill`.
 * Quiet if nobody is left. Must not be used once the leader's end was reported: the number may be another process's.
 */
export function killProcessGroup(leaderPid: number): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(leaderPid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
  } else {
    signalProcessGroup(leaderPid, 'SIGKILL');
  }
}

/** Sends a signal to a process and its group; on Windows, which has neither, `SIGTERM` ends the process alone. */
export function signalProcessGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? leaderPid : -leaderPid, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ESRCH: nobody is left. EPERM: macOS says so for a group in which only zombies are left.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
