import { expect, it, onTestFinished } from 'vitest';
import type { FunctionSpec } from '../runner.ts';
import { createFunctionInspectors, type FunctionInspectors } from './function-inspectors.ts';

const SPEC: FunctionSpec = {
  id: 'Shop/Orders',
  runtime: 'nodejs22.x',
  entry: '/app/orders.ts',
  handler: 'handler',
  root: '/app',
  memoryMb: 128,
  timeoutMs: 3_000,
};

function inspectorsOf(listening: string[]): FunctionInspectors {
  const inspectors = createFunctionInspectors({
    port: 39_700,
    onListening: (functionId) => listening.push(functionId),
    onAttached: () => undefined,
    onFault: (_functionId, error) => expect.fail(String(error)),
  });
  onTestFinished(() => inspectors.closeAll());
  return inspectors;
}

it('an address that is given up before it is open is not left open', async () => {
  const inspectors = inspectorsOf([]);
  const opened = inspectors.open(SPEC);
  await inspectors.close(SPEC.id);
  await opened;
  inspectors.aim(SPEC.id, { url: 'ws://127.0.0.1:1/x' });
  expect(inspectors.target(SPEC.id)).toBeUndefined();
});

it('no address is opened after the end', async () => {
  const listening: string[] = [];
  const inspectors = inspectorsOf(listening);
  await inspectors.closeAll();
  await inspectors.open(SPEC);
  expect(listening).toEqual([]);
});
