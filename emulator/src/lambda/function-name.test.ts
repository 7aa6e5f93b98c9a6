import { expect, it } from 'vitest';
import { parseFunctionReference } from './function-name.ts';

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:orders';

it.each([
  ['orders', undefined, 'orders', undefined],
  ['orders', 'live', 'orders', 'live'],
  ['orders:live', undefined, 'orders', 'live'],
  ['orders:live', 'live', 'orders', 'live'],
  ['orders:$LATEST', undefined, 'orders', '$LATEST'],
  ['111122223333:function:orders', undefined, 'orders', undefined],
  [arn, '2', 'orders', '2'],
  [`${arn}:2`, undefined, 'orders', '2'],
])('reads %s with the parameter %s', (text, parameter, functionName, qualifier) => {
  expect(parseFunctionReference(text, parameter)).toEqual({ functionName, qualifier });
});

it.each([
  ['', undefined],
  ['orders:live', 'test'],
  ['or ders', undefined],
  ['orders:', undefined],
  ['arn:aws:s3:::bucket', undefined],
])('refuses "%s" with the parameter %s', (text, parameter) => {
  expect(parseFunctionReference(text, parameter)).toBeUndefined();
});
