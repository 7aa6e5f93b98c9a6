import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { LiveLambda } from '../src/live-lambda.ts';
import { packageFolder } from './build.mjs';
import { floor } from './floor.mjs';

/** Under which jsii leaves the full name and version of every class that it compiles. */
const JSII_SYMBOL = Symbol.for('jsii.rtti');

test('what the tests of this run import is what jsii has made, and the only copy of it', () => {
  expect(Reflect.get(LiveLambda, JSII_SYMBOL)).toMatchObject({ fqn: 'live-lambda-cdk.LiveLambda' });
  expect(createRequire(import.meta.url)(join(packageFolder, 'dist/index.js')).LiveLambda).toBe(LiveLambda);
});

test('the aws-cdk-lib of this run is the oldest that the package allows', () => {
  expect(Reflect.get(App, JSII_SYMBOL)).toMatchObject({ version: floor['aws-cdk-lib'] });
});
