import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from './fixtures/synthesis.ts';
import { className, isInsideLibraryConstruct, isInstalledCode } from './library-code.ts';

class OrdersStack extends Stack {}
class OrdersBucket extends s3.Bucket {}

describe('a construct of a library', () => {
  const stack = () => new OrdersStack(new Stage(new App(), 'Prod'), 'Orders');

  test.each<[boolean, string, (stack: Stack) => Construct]>([
    [false, 'a stack in a stage', (scope) => scope],
    [false, 'a construct of the app', (scope) => new Construct(scope, 'Own')],
    [false, 'what the app derives from a construct of the library', (scope) => new OrdersBucket(scope, 'Own')],
    [true, 'a construct of the library', (scope) => new s3.Bucket(scope, 'Bucket')],
    [true, 'what lies in one', (scope) => new Construct(new s3.Bucket(scope, 'Bucket'), 'Inner')],
  ])('%s: %s', (expected, _, make) => expect(isInsideLibraryConstruct(make(stack()))).toBe(expected));

  test('has the name that its users know, and one of the app its own', () => {
    const scope = stack();
    const names = [new s3.Bucket(scope, 'A'), new OrdersBucket(scope, 'B'), new Stack(), scope].map(className);
    expect(names).toEqual(['Bucket', 'OrdersBucket', 'Stack', 'OrdersStack']);
  });
});

describe('installed code', () => {
  test('lies in node_modules; a linked package of the workspace does not', () => {
    const root = temporaryDirectory();
    for (const directory of ['node_modules/vendor', 'packages/own'])
      mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, 'packages/own/index.js'), '');
    symlinkSync(join(root, 'packages/own'), join(root, 'node_modules/own'));
    expect(isInstalledCode(join(root, 'node_modules/vendor'))).toBe(true);
    expect(isInstalledCode(join(root, 'node_modules/own/index.js'))).toBe(false);
    expect(isInstalledCode(join(root, 'packages/own'))).toBe(false);
  });
});
