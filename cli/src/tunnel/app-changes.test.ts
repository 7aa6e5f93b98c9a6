import { expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import type { LiveApp } from '../functions/live-functions.ts';
import { appChanges } from './app-changes.ts';

function appOf(functions: Readonly<Record<string, number>>): LiveApp {
  return {
    app: 'shop',
    session: 'default',
    refused: [],
    functions: Object.entries(functions).map(([id, timeoutMs]) => ({
      spec: { id, runtime: 'nodejs22.x', entry: '/x.mjs', handler: 'handler', root: '/', memoryMb: 128, timeoutMs },
      described: { ...liveFunction(id), timeoutMs },
    })),
  };
}

it('an app that was synthesized anew differs by functions that came, are described in another way, and are gone', () => {
  const before = appOf({ Orders: 3000, Quotes: 3000, Gone: 3000 });
  const after = appOf({ New: 3000, Quotes: 5000, Orders: 3000 });
  expect(appChanges(before, after)).toEqual({ added: ['New'], changed: ['Quotes'], removed: ['Gone'] });
});

it('an app that was synthesized with the same result does not differ', () => {
  expect(appChanges(appOf({ Orders: 3000 }), appOf({ Orders: 3000 }))).toEqual({ added: [], changed: [], removed: [] });
});
