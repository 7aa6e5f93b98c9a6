import { type App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { parseDebugTimeout } from './debug-timeout.ts';
import { assetFunction, createApp, functionIn, manifestOf } from './fixtures/synthesis.ts';

function appWith(timeout: unknown = '600'): App {
  return createApp({ context: { 'live-lambda': 'true', 'live-lambda-timeout': timeout } });
}

describe('live-lambda-timeout', () => {
  test.each([
    ['900', 900],
    [60, 60],
    ['1', 1],
  ])('%j is read as seconds', (value, seconds) => {
    expect(parseDebugTimeout({ 'live-lambda-timeout': value })).toBe(seconds);
  });

  test('is optional', () => expect(parseDebugTimeout({})).toBeUndefined());

  test.each(['', ' ', '0', '901', '1.5', '10m', true, null])('%j is an error', (value) => {
    expect(() => parseDebugTimeout({ 'live-lambda-timeout': value })).toThrow(/live-lambda-timeout=.*from 1 to 900/);
  });
});

describe('the timeout of a live function', () => {
  test('is raised, and the manifest keeps the one that the app sets', () => {
    const app = appWith();
    const stack = new Stack(app, 'Orders');
    const fn = assetFunction(stack, 'Quote');
    (fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride('Timeout', 8);
    expect(functionIn(Template.fromStack(stack), 'Quote').Timeout).toBe(600);
    expect(manifestOf(app).functions[0]).toMatchObject({ timeoutMs: 8000, raisedTimeoutMs: 600_000 });
  });

  test('is raised where the app sets none', () => {
    const app = appWith();
    assetFunction(new Stack(app, 'Orders'), 'Quote', { timeout: undefined as never });
    expect(manifestOf(app).functions[0]).toMatchObject({ timeoutMs: 3000, raisedTimeoutMs: 600_000 });
  });

  test.each<[string, (stack: Stack) => Duration]>([
    ['longer', () => Duration.seconds(601)],
    [
      'known only at deploy',
      (stack) => Duration.seconds(new CfnParameter(stack, 'P', { type: 'Number' }).valueAsNumber),
    ],
  ])('is left alone where it is %s', (_, timeout) => {
    const app = appWith();
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote', { timeout: timeout(stack) });
    expect(functionIn(Template.fromStack(stack), 'Quote').Timeout).not.toBe(600);
    expect(manifestOf(app).functions[0]).not.toHaveProperty('raisedTimeoutMs');
  });

  test('of a function that is not live is left alone', () => {
    const app = createApp({ context: { 'live-lambda': 'Other', 'live-lambda-timeout': '600' } });
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Other');
    assetFunction(stack, 'Quote');
    expect(functionIn(Template.fromStack(stack), 'Quote').Timeout).toBe(7);
  });
});

describe('a queue whose messages would become visible again before the raised timeout is over', () => {
  function synthesize(
    build: (queue: sqs.Queue, fn: lambda.Function) => void,
    visibilityTimeout?: Duration,
  ): () => unknown {
    const app = appWith();
    const stack = new Stack(app, 'Orders');
    const queue = new sqs.Queue(new Stack(app, 'Queues'), 'Incoming', visibilityTimeout && { visibilityTimeout });
    build(queue, assetFunction(stack, 'Quote'));
    return () => app.synth();
  }

  test.each<[string, (queue: sqs.Queue, fn: lambda.Function) => void]>([
    ['fed to the function', (queue, fn) => fn.addEventSource(new SqsEventSource(queue))],
    ['fed to an alias of it', (queue, fn) => fn.addAlias('live').addEventSource(new SqsEventSource(queue))],
  ])('is named by an error: %s', (_, build) => {
    expect(synthesize(build)).toThrow(
      /live-lambda-timeout=600 raises the timeout of Orders\/Quote above the visibility timeout of 30 s of its queue Queues\/Incoming/,
    );
  });

  test('is measured by its own visibility timeout', () => {
    const feed = (queue: sqs.Queue, fn: lambda.Function) => void fn.addEventSource(new SqsEventSource(queue));
    expect(synthesize(feed, Duration.seconds(599))).toThrow(/visibility timeout of 599 s/);
    expect(synthesize(feed, Duration.seconds(600))).not.toThrow();
  });

  test('is no matter where it feeds another function', () => {
    expect(synthesize(() => undefined)).not.toThrow();
  });
});
