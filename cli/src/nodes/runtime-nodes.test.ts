import { expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';
import type { LiveEvent } from '../host.ts';
import { findRuntimeNodes } from './runtime-nodes.ts';

/** Two that no machine has a Node for. */
const [missing, alsoMissing] = ['nodejs996.x', 'nodejs998.x'];

it('finds the Node of a runtime that comes while the tunnel runs, tells of it once, and asks nobody', async () => {
  await using home = await scratchProject();
  const told: LiveEvent[] = [];
  const nodes = await findRuntimeNodes([missing], {
    settings: {
      fetchNode: { value: undefined, layer: 'default', origin: 'default' },
      json: { value: true, layer: 'default', origin: 'default' },
    },
    config: { cacheDir: home.at('cache'), configDir: home.at('config') },
    environment: { PATH: process.env.PATH, HOME: home.folder },
    host: { notify: (event) => told.push(event) },
    signal: new AbortController().signal,
  });
  expect(nodes.chosen.warnings.join()).toContain('996');
  await nodes.add([missing, alsoMissing]);
  await nodes.add([missing, alsoMissing]);
  expect(told).toMatchObject([{ type: 'note', level: 'warning', text: expect.stringContaining('998') }]);
  expect([...nodes.chosen.byRuntime.keys()]).toEqual([missing, alsoMissing]);
  expect((await nodes.nodeFor(alsoMissing)).path).toBe(nodes.chosen.byRuntime.get(alsoMissing)?.path);
});
