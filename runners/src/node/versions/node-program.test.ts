import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askNode, RUNNING_NODE } from './node-program.ts';

describe('a Node that is asked which it is', () => {
  // Links need a permission on Windows.
  it.skipIf(process.platform === 'win32')('is known without being started where it is the one that runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'live-lambda-node-'));
    try {
      await symlink(process.execPath, join(folder, 'node'));
      expect(await askNode(join(folder, 'node'))).toBe(RUNNING_NODE);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
