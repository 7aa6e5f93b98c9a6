import type { LiveFunction } from '@live-lambda/protocol/manifest';
import { expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import { farewell } from './farewell.ts';

const fn = (id: string, mode: LiveFunction['mode']): LocalFunction => ({
  spec: { id, runtime: 'nodejs22.x', entry: '/x.mjs', handler: 'handler', root: '/', memoryMb: 128, timeoutMs: 3000 },
  described: { ...liveFunction(id), mode },
});

const alone = { asked: [], successors: [] };

it.each([
  [[fn('Orders', 'replace')], 'The stubs now answer with an error that says so, until'],
  [[fn('Rates', 'fallback')], 'The functions now run as they are deployed, until'],
  [
    [fn('Orders', 'replace'), fn('Rates', 'fallback')],
    'The stubs now answer with an error that says so, and Rates as deployed, until',
  ],
])('whoever stops a tunnel is told what becomes of invocations, by the modes of their functions', (functions, text) => {
  expect(farewell({ functions }, alone)).toContain(text);
});

it('whoever stops a tunnel that asked for the session is told that the other one goes on to end', () => {
  const text = farewell({ functions: [fn('Orders', 'replace')] }, { ...alone, asked: ['ann@laptop'] });
  expect(text).toMatch(
    /^The tunnel of ann@laptop was asked for the session, and goes on to end\. The stubs now answer/,
  );
});

it('whoever stops a tunnel whose session another one takes is told that it is there', () => {
  const text = farewell({ functions: [fn('Orders', 'replace')] }, { ...alone, successors: ['bob@desk'] });
  expect(text).toBe('The tunnel of bob@desk takes what comes now, as long as it runs.');
});
