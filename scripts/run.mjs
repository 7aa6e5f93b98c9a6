// Runs programs so that none outlives the script that runs it, as far as the script lives to see to it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How often a script looks whether npm, which started it, is still there, in milliseconds. */
const parentCheckMs = 1000;

const running = new Set();
let stopped;
let listening = false;

/** Runs a program of this workspace or of npm; its output goes to this terminal. @returns its exit code */
export function run(command, args, options = {}) {
  if (stopped !== undefined) return Promise.resolve(exitCodeOf(stopped));
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      ...options,
    });
    running.add(child);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      running.delete(child);
      resolve(signal ? exitCodeOf(signal) : (code ?? 1));
    });
  });
}

/**
 * Passes signals on to what runs, and starts nothing after one: a signal to this script alone, as `kill` sends it,
 * would otherwise leave what it runs. The same when its parent is gone, which npm is after a `kill -9`.
 */
export function endWithSignals() {
  if (listening) return;
  listening = true;
  for (const signal of signals) process.on(signal, () => stop(signal));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop('SIGTERM');
  }, parentCheckMs).unref();
}

function stop(signal) {
  stopped ??= signal;
  for (const child of running) child.kill(signal);
}

/** What a shell says of a process that ended by a signal (POSIX, "Exit Status for Commands": greater than 128). */
function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}
