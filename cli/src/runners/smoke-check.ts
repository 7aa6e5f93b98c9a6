import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionSpec, Prepared, Runner } from '@live-lambda/runner';
import { preparedFault } from './runner-shape.ts';

/** For a runner's answer about a function that is not there, in milliseconds. */
const smokeLimitMs = 10_000;

/** Functions of several kinds, none of which is there. */
function missingFunctions(folder: string): readonly FunctionSpec[] {
  const kinds = [
    { runtime: 'nodejs22.x', entry: 'orders.ts', handler: 'handler' },
    { runtime: 'nodejs24.x', entry: 'orders.mjs', handler: 'handler' },
    { runtime: 'python3.13', entry: 'orders.py', handler: 'handler' },
    { runtime: 'provided.al2023', entry: 'orders', handler: 'bootstrap' },
  ];
  return kinds.map(({ runtime, entry, handler }) => ({
    id: `Check/${entry}`,
    runtime,
    entry: join(folder, entry),
    handler,
    root: folder,
    memoryMb: 128,
    timeoutMs: 3000,
  }));
}

/**
 * Asks a runner about functions that are not there: it must say the same twice about what it claims, and of one that it
 * prepares that it is broken, and why, instead of throwing.
 * @returns what is wrong, as sentences; empty for a runner that can be used
 */
export async function smokeCheck(runner: Runner): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'live-lambda-check-'));
  try {
    const specs = missingFunctions(folder);
    const faults = specs.flatMap((spec) => claimFaults(runner, spec));
    if (faults.length > 0) return [...new Set(faults)];
    const asked = specs.find((spec) => runner.claims(spec)) ?? specs[0];
    const fault = asked && (await prepareFault(runner, asked));
    return fault === undefined ? [] : [fault];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function claimFaults(runner: Runner, spec: FunctionSpec): readonly string[] {
  try {
    const answers: readonly unknown[] = [runner.claims(spec), runner.claims(spec)];
    if (answers.some((answer) => typeof answer !== 'boolean')) return ['claims must give true or false'];
    return answers[0] === answers[1] ? [] : ['claims must give the same answer for the same function'];
  } catch (error) {
    return [`claims must not throw, and threw: ${textOf(error)}`];
  }
}

async function prepareFault(runner: Runner, spec: FunctionSpec): Promise<string | undefined> {
  const aborter = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, smokeLimitMs, 'late');
  });
  try {
    const prepared: Prepared | 'late' = await Promise.race([runner.prepare(spec, { signal: aborter.signal }), late]);
    if (prepared === 'late') return `prepare did not end within ${smokeLimitMs / 1000} s`;
    return preparedFault(prepared);
  } catch (error) {
    return `prepare must not throw for a file that is missing, and threw: ${textOf(error)}`;
  } finally {
    clearTimeout(timer);
    aborter.abort();
    try {
      await runner.release?.(spec);
    } catch {
      // It is let go with this process.
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
