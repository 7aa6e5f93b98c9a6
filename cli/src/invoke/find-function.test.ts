import { describe, expect, it } from 'vitest';
import type { AssemblyFunction } from './assembly-functions.ts';
import { findFunction, matches } from './find-function.ts';

const fn = (id: string, logicalId = `${id.replaceAll('/', '')}12345678`): AssemblyFunction => ({
  id,
  stack: 'Shop',
  nested: [],
  logicalId,
  region: null,
  streams: false,
});
const functions = [fn('Shop/Orders'), fn('Shop/Api/Orders'), fn('Shop/Api/Greet'), fn('Other/Greeter', 'Greet')];
const found = (name: string) => matches(name, functions).map(({ id }) => id);

describe('the functions that a name means', () => {
  it('are those whose path ends with it', () => {
    expect(found('Api/Greet')).toEqual(['Shop/Api/Greet']);
    expect(found('Orders')).toEqual(['Shop/Orders', 'Shop/Api/Orders']);
  });

  it('is the one whose whole path it is', () => {
    expect(found('Shop/Orders')).toEqual(['Shop/Orders']);
  });

  it('may be named by their logical ids', () => {
    expect(found('ShopApiGreet12345678')).toEqual(['Shop/Api/Greet']);
  });

  it('are never those that only contain it', () => {
    expect(found('rders')).toEqual([]);
    expect(found('Shop')).toEqual([]);
  });
});

describe('a name that means several functions', () => {
  it('is refused with all of them, before AWS is asked anything', async () => {
    const access = { endpointUrl: 'http://127.0.0.1:1' };
    await expect(findFunction('Orders', { functions, access, assembly: 'cdk.out' })).rejects.toMatchObject({
      message: '"Orders" may be Shop/Orders or Shop/Api/Orders.',
      hint: 'Give the whole path, for example Shop/Orders.',
    });
  });
});
