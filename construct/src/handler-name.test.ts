import { describe, expect, test } from 'vitest';
import { parseNodeHandler, parsePythonHandler } from './handler-name.ts';

describe('the handler of a Node.js function', () => {
  test.each([
    ['index.handler', 'index', 'handler'],
    ['api/orders.create', 'api/orders', 'create'],
    ['orders.v1.create', 'orders', 'v1.create'],
    ['v1.2/orders.create', 'v1.2/orders', 'create'],
  ])('%s is a file up to the first dot of its last segment', (handler, module, exportName) => {
    expect(parseNodeHandler(handler)).toEqual({ module, exportName });
  });

  test.each([['index'], ['.handler'], ['index.'], ['api/.handler'], ['']])('%j is none', (handler) => {
    expect(parseNodeHandler(handler)).toBeUndefined();
  });
});

describe('the handler of a Python function', () => {
  test('is a module up to the last dot, whose dots are directories', () => {
    expect(parsePythonHandler('api.orders.create')).toEqual({ module: 'api/orders', exportName: 'create' });
    expect(parsePythonHandler('app.handler')).toEqual({ module: 'app', exportName: 'handler' });
  });
});
