import type { ExecutionEvent } from '@live-lambda/runner';
import { describe, expect, it } from 'vitest';
import { liveFunction } from '../fixtures/live-function.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { LiveEvent } from '../host.ts';
import { executionNews } from './execution-news.ts';

const orders: LocalFunction = {
  spec: {
    id: 'Shop/Orders',
    runtime: 'nodejs22.x',
    entry: '/shop/src/orders.ts',
    handler: 'handler',
    root: '/shop',
    memoryMb: 128,
    timeoutMs: 3000,
  },
  described: { ...liveFunction('Orders'), environmentNames: ['NODE_OPTIONS', 'TABLE'] },
};

function news(event: ExecutionEvent): readonly LiveEvent[] {
  const told: LiveEvent[] = [];
  executionNews({
    host: { notify: (live) => void told.push(live) },
    functionOf: (id) => (id === 'Shop/Orders' ? orders : undefined),
    currentFolder: '/shop',
  })(event);
  return told;
}

const functionId = 'Shop/Orders';

describe('what the processes do', () => {
  it('is told with the paths of changed files from where the tunnel runs', () => {
    expect(news({ type: 'changed', functionId, files: ['/shop/src/tax.ts', '/lib/a.ts'], count: 12 })).toEqual([
      { type: 'changed', function: 'Shop/Orders', files: ['src/tax.ts', '../lib/a.ts'], count: 12 },
    ]);
  });

  it('is told of a line of output with its invocation', () => {
    const line = { stream: 'stderr', text: 'slow', requestId: 'r1' } as const;
    expect(news({ type: 'output', functionId, environmentId: 'e1', line })).toEqual([
      { type: 'output', function: 'Shop/Orders', environmentId: 'e1', stream: 'stderr', text: 'slow', requestId: 'r1' },
    ]);
  });

  it('is told of variables that are withheld where the app itself set them', () => {
    const [told] = news({ type: 'withheld', functionId, names: ['LD_PRELOAD', 'NODE_OPTIONS', 'PATH'] });
    expect(told).toMatchObject({ type: 'note', level: 'warning' });
    expect(told).toMatchObject({ text: expect.stringMatching(/^Shop\/Orders: .*: NODE_OPTIONS\. .*env/) });
    expect(news({ type: 'withheld', functionId, names: ['PATH'] })).toEqual([]);
  });

  it('is told of a late result without the answer itself', () => {
    const outcome = { type: 'response', headers: {}, body: Buffer.from('"secret"') } as const;
    const late = {
      type: 'late-result',
      functionId,
      environmentId: 'e1',
      requestId: 'r1',
      outcome,
      lateMs: 900,
    } as const;
    expect(news(late)).toEqual([
      {
        type: 'late-result',
        function: 'Shop/Orders',
        environmentId: 'e1',
        requestId: 'r1',
        end: 'succeeded',
        error: undefined,
        lateMs: 900,
      },
    ]);
    expect(JSON.stringify(news(late))).not.toContain('secret');
  });

  it('is told of a note with the function that it is about', () => {
    expect(news({ type: 'note', level: 'info', functionId, text: 'no tsconfig' })).toEqual([
      { type: 'note', level: 'info', text: 'Shop/Orders: no tsconfig' },
    ]);
    expect(news({ type: 'note', level: 'info', functionId: undefined, text: 'busy' })).toMatchObject([
      { text: 'busy' },
    ]);
  });
});
