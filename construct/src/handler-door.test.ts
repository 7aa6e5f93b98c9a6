import { type App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import {
  assetFunction,
  bundledFunction,
  createApp,
  functionIn,
  manifestOf,
  stubSettingsIn,
  templateOf,
} from './fixtures/synthesis.ts';
import { configureInApp } from './live-app.ts';
import { parseDoor } from './live-door.ts';

const context = { 'live-lambda': 'true', 'live-lambda-door': 'handler' };
const handler = 'live-lambda/handler.handler';

describe('a live function whose stub is a handler', () => {
  test('has the stub as its code and handler, and no exec wrapper', () => {
    const build = (stack: Stack) => void bundledFunction(stack, 'Create', { environment: { TABLE: 'orders' } });
    const template = templateOf(build, { context });
    const { Handler, Code, Environment, ...kept } = functionIn(template, 'Create');
    const byWrapper = functionIn(templateOf(build, { context: { 'live-lambda': 'true' } }), 'Create');
    expect(Handler).toBe(handler);
    expect(Code).toEqual(byWrapper.Code);
    const { AWS_LAMBDA_EXEC_WRAPPER: wrapper, ...variables } = byWrapper.Environment?.Variables ?? {};
    expect(wrapper).toBe('/var/task/live-lambda/start');
    expect(Environment?.Variables).toEqual(variables);
    const { Handler: _handler, Code: _code, Environment: _environment, ...others } = byWrapper;
    expect(kept).toEqual(others);
  });

  test('has it even where the app overrides the handler or an exec wrapper by hand', () => {
    const template = templateOf(
      (stack) => {
        const resource = assetFunction(stack, 'Quote').node.defaultChild as lambda.CfnFunction;
        resource.addPropertyOverride('Handler', 'other.handler');
        resource.addPropertyOverride('Environment.Variables.AWS_LAMBDA_EXEC_WRAPPER', '/opt/otel-handler');
      },
      { context },
    );
    const { Handler, Environment } = functionIn(template, 'Quote');
    expect(Handler).toBe(handler);
    expect(Object.keys(Environment?.Variables ?? {})).not.toContain('AWS_LAMBDA_EXEC_WRAPPER');
    expect(stubSettingsIn(template, 'Quote').environment).toEqual({ AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' });
  });

  test('has a Node.js that can run it in place of another language', () => {
    const python = {
      code: lambda.Code.fromAsset(`${__dirname}/fixtures/functions/python`),
      runtime: lambda.Runtime.PYTHON_3_13,
      handler: 'app.handler',
    };
    const template = templateOf((stack) => void assetFunction(stack, 'Quote', python), { context });
    expect(functionIn(template, 'Quote')).toMatchObject({ Handler: handler, Runtime: 'nodejs22.x' });
  });

  test("is described with its own handler, the stub's door and what that changes", () => {
    const app = createApp({ context });
    assetFunction(new Stack(app, 'Orders'), 'Quote');
    expect(manifestOf(app).functions).toMatchObject([
      {
        status: 'live',
        mode: 'replace',
        door: 'handler',
        moduleHandler: 'quote.handler',
        warnings: [expect.stringContaining('1.0 becomes 1')],
      },
    ]);
  });
});

describe('a function whose handler the stub cannot be stays as it is, and a warning names what is in the way', () => {
  function expectRefused(app: App, stack: Stack, reason: RegExp): void {
    const [fn] = manifestOf(app).functions;
    expect(fn).toMatchObject({ status: 'refused', reason: expect.stringMatching(reason) });
    expect(fn?.reason).toContain('With the door runtime it can be live');
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('live-lambda:refused'));
    expect(warnings).toHaveLength(1);
    expect(functionIn(Template.fromStack(stack), 'Quote').Handler).toBe('quote.handler');
  }

  test('mode fallback', () => {
    const app = createApp({ context: { ...context, 'live-lambda-mode': 'fallback' } });
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote', { memorySize: 256 });
    expectRefused(app, stack, /in mode fallback the stub starts the function's own code/);
  });

  test.each<[string, (fn: lambda.Function) => void]>([
    ['a function URL that streams', (fn) => fn.addFunctionUrl({ invokeMode: lambda.InvokeMode.RESPONSE_STREAM })],
    [
      'one of its aliases',
      (fn) => fn.addAlias('live').addFunctionUrl({ invokeMode: lambda.InvokeMode.RESPONSE_STREAM }),
    ],
    [
      'one that is declared elsewhere',
      (fn) => new lambda.FunctionUrl(fn.stack, 'Url', { function: fn, invokeMode: lambda.InvokeMode.RESPONSE_STREAM }),
    ],
    [
      'one of a resource',
      ({ stack, functionArn }) =>
        new lambda.CfnUrl(stack, 'Url', {
          authType: 'NONE',
          invokeMode: 'RESPONSE_STREAM',
          targetFunctionArn: functionArn,
        }),
    ],
  ])('%s', (_, add) => {
    const app = createApp({ context });
    const stack = new Stack(app, 'Orders');
    add(assetFunction(stack, 'Quote'));
    expectRefused(app, stack, /its function URL streams \(invokeMode RESPONSE_STREAM\)/);
  });

  test("a URL that does not stream, or is another function's, is in nobody's way", () => {
    const app = createApp({ context });
    const stack = new Stack(app, 'Orders');
    assetFunction(stack, 'Quote').addFunctionUrl();
    const other = assetFunction(stack, 'Other');
    other.addFunctionUrl({ invokeMode: lambda.InvokeMode.RESPONSE_STREAM });
    configureInApp(other, { door: 'runtime' });
    expect(manifestOf(app).functions).toMatchObject([
      { id: 'Orders/Other', status: 'live', door: 'runtime' },
      { id: 'Orders/Quote', status: 'live', door: 'handler' },
    ]);
  });
});

describe('the door', () => {
  test('is that of the context, else that of the options, else runtime', () => {
    expect(parseDoor({})).toBe('runtime');
    expect(parseDoor({}, 'handler')).toBe('handler');
    expect(parseDoor({ 'live-lambda-door': 'runtime' }, 'handler')).toBe('runtime');
    expect(parseDoor({ 'live-lambda-door': 'handler' })).toBe('handler');
  });

  test.each(['', 'wrapper', true])('%j is an error', (value) => {
    expect(() => parseDoor({ 'live-lambda-door': value })).toThrow(
      /live-lambda-door=.* is neither runtime nor handler/,
    );
  });

  test('of one function can be another, which is stronger than the context', () => {
    const app = createApp({ context: { 'live-lambda': 'true' } });
    const stack = new Stack(app, 'Orders');
    const [first] = ['A', 'B'].map((id) => assetFunction(stack, id));
    if (!first) throw new Error('a function was expected');
    configureInApp(first, { door: 'handler' });
    const template = Template.fromStack(stack);
    expect(functionIn(template, 'A').Handler).toBe(handler);
    expect(functionIn(template, 'B').Handler).toBe('quote.handler');
  });
});
