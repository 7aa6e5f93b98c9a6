import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type PackedPackage, packAll } from './pack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** All published packages, packed once for the whole run. */
    readonly packed: readonly PackedPackage[];
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'live-lambda-packed-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    project.provide('packed', await packAll(folder));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}
