import { type App, NestedStack, Stack } from 'aws-cdk-lib';
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
import { parseMode } from './live-mode.ts';

const context = { 'live-lambda': 'true', 'live-lambda-mode': 'fallback' };
const memorySize = 256;

/** Content of each layer of the template, by logical id. */
function layersIn(template: Template): Readonly<Record<string, object>> {
  const layers = Object.entries(template.findResources('AWS::Lambda::LayerVersion'));
  return Object.fromEntries(layers.map(([id, { Properties }]) => [id, Properties.Content]));
}

function ownLayer(stack: Stack, id: string): lambda.LayerVersion {
  return new lambda.LayerVersion(stack, id, { code: lambda.Code.fromAsset(`${__dirname}/fixtures/functions/asset`) });
}

describe('a live function in mode fallback', () => {
  test('keeps its code and everything else, and gains the stub as a layer', () => {
    const build = (stack: Stack) =>
      void bundledFunction(stack, 'Create', { memorySize, environment: { TABLE: 'orders' } });
    const template = templateOf(build, { context });
    const { Layers, Environment, Role, ...kept } = functionIn(template, 'Create');
    const { Environment: before, Role: _, ...unchanged } = functionIn(templateOf(build, { context: {} }), 'Create');
    expect(kept).toEqual(unchanged);
    const [[layerId] = []] = Object.entries(layersIn(template));
    expect(Layers).toEqual([{ Ref: layerId }]);
    expect(Environment?.Variables).toEqual({
      ...before?.Variables,
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/live-lambda/start',
      LIVE_LAMBDA: expect.anything(),
    });
    expect(stubSettingsIn(template, 'Create')).toMatchObject({ function: 'Orders/Create', mode: 'fallback' });
  });

  test('has the same stub in its layer as others have as their code, once for each stack that declares functions', () => {
    const app = createApp({ context });
    const stack = new Stack(app, 'Orders');
    const nested = new NestedStack(stack, 'Nested');
    for (const [scope, id] of [
      [stack, 'Quote'],
      [stack, 'Receipt'],
      [nested, 'Export'],
    ] as const) {
      assetFunction(scope, id, { memorySize });
    }
    const replaced = assetFunction(stack, 'Replaced');
    configureInApp(replaced, { mode: 'replace' });
    const [first, second] = [stack, nested].map((each) => Template.fromStack(each));
    if (!first || !second) throw new Error('two templates were expected');
    const [content, ...others] = Object.values(layersIn(first));
    expect(others).toEqual([]);
    expect(functionIn(first, 'Replaced').Code).toEqual(content);
    expect(Object.keys(layersIn(second))).toHaveLength(1);
  });

  test('has the stub behind its own layers, those of raw overrides included', () => {
    const template = templateOf(
      (stack) => {
        assetFunction(stack, 'Quote', { memorySize, layers: [ownLayer(stack, 'Own')] });
        const resource = assetFunction(stack, 'Receipt', { memorySize }).node.defaultChild as lambda.CfnFunction;
        resource.addPropertyOverride('Layers', ['arn:aws:lambda:eu-west-1:111122223333:layer:theirs:1']);
      },
      { context },
    );
    const stub = { Ref: expect.stringMatching(/^LiveLambdaStubLayer/) };
    expect(functionIn(template, 'Quote').Layers).toEqual([{ Ref: expect.stringMatching(/^Own/) }, stub]);
    expect(functionIn(template, 'Receipt').Layers).toEqual([
      'arn:aws:lambda:eu-west-1:111122223333:layer:theirs:1',
      stub,
    ]);
  });

  test('has its own exec wrapper and options of Node.js taken along for its code', () => {
    const template = templateOf(
      (stack) => {
        const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler', NODE_OPTIONS: '--title=orders' };
        assetFunction(stack, 'Quote', { memorySize, environment });
      },
      { context },
    );
    expect(functionIn(template, 'Quote').Environment?.Variables).toMatchObject({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/live-lambda/start',
    });
    expect(stubSettingsIn(template, 'Quote').environment).toEqual({
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler',
      NODE_OPTIONS: '--title=orders',
    });
  });

  test('is described as such', () => {
    const app = createApp({ context });
    assetFunction(new Stack(app, 'Orders'), 'Quote', { memorySize });
    expect(manifestOf(app).functions).toMatchObject([
      { status: 'live', mode: 'fallback', door: 'runtime', layers: [] },
    ]);
  });
});

describe('a function beside whose code the stub could not stand stays as it is, and a warning names what is in the way', () => {
  const build = (props: Partial<lambda.FunctionProps>, given: Readonly<Record<string, unknown>>) => {
    const app = createApp({ context: given });
    const stack = new Stack(app, 'Orders');
    const layers = Array.from({ length: 5 }, (_, index) => ownLayer(stack, `Own${index}`));
    const code = props.runtime?.family === lambda.RuntimeFamily.PYTHON ? { code: pythonCode() } : {};
    assetFunction(stack, 'Quote', { memorySize, ...props, ...code, ...(props.layers && { layers }) });
    return { app, stack };
  };

  test.each<[string, Partial<lambda.FunctionProps>, RegExp]>([
    ['five layers', { layers: [] }, /it has 5 layers already, and Lambda allows 5/],
    ['the smallest memory', { memorySize: 128 }, /it has 128 MB of memory, and mode fallback needs 192/],
    ['an old Node.js', { runtime: lambda.Runtime.NODEJS_18_X }, /Node\.js 20 or newer.*own runtime, nodejs18\.x/],
    [
      'another language',
      { runtime: lambda.Runtime.PYTHON_3_13, handler: 'app.handler' },
      /Node\.js of the function's own runtime, and python3\.13 has none/,
    ],
  ])('%s', (_, props, reason) => {
    const { app, stack } = build(props, context);
    const [fn] = manifestOf(app).functions;
    expect(fn).toMatchObject({ status: 'refused', reason: expect.stringMatching(reason) });
    expect(fn?.reason).toContain('In mode replace it can be live');
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('live-lambda:refused'))).toHaveLength(
      1,
    );
    const off = build(props, {}).stack;
    expect(Template.fromStack(stack).toJSON()).toEqual(Template.fromStack(off).toJSON());
  });

  test.each<[string, string, unknown, RegExp]>([
    ['a runtime that starts no wrapper', 'Runtime', 'provided.al2023', /provided\.al2023 starts no exec wrapper/],
    ['the memory that Lambda gives where nothing is said', 'MemorySize', undefined, /it has 128 MB of memory/],
    ['Lambda Managed Instances', 'CapacityProviderConfig', { Arn: 'a' }, /several invocations at once/],
  ])('%s', (_, property, value, reason) => {
    const { app, stack } = build({}, context);
    const fn = stack.node.findChild('Quote') as lambda.Function;
    (fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride(property, value);
    expect(manifestOf(app).functions).toMatchObject([{ status: 'refused', reason: expect.stringMatching(reason) }]);
  });
});

describe('the mode', () => {
  test('is that of the context, else that of the options, else replace', () => {
    expect(parseMode({})).toBe('replace');
    expect(parseMode({}, 'fallback')).toBe('fallback');
    expect(parseMode({ 'live-lambda-mode': 'replace' }, 'fallback')).toBe('replace');
    expect(parseMode({ 'live-lambda-mode': 'fallback' })).toBe('fallback');
  });

  test.each(['', 'both', true])('%j is an error', (value) => {
    expect(() => parseMode({ 'live-lambda-mode': value })).toThrow(
      /live-lambda-mode=.* is neither replace nor fallback/,
    );
  });

  const modesOf = (app: App) => manifestOf(app).functions.map(({ mode }) => mode);

  test('of one function can be another, which is stronger than the context', () => {
    const app = createApp({ context });
    const stack = new Stack(app, 'Orders');
    const [first, second] = ['A', 'B'].map((id) => assetFunction(stack, id, { memorySize }));
    if (!first || !second) throw new Error('two functions were expected');
    configureInApp(first, { mode: 'replace' });
    expect(modesOf(app)).toEqual(['replace', 'fallback']);
    const template = Template.fromStack(stack);
    expect(functionIn(template, 'A').Layers).toBeUndefined();
    expect(functionIn(template, 'A').Code).not.toEqual(functionIn(template, 'B').Code);
  });

  test('fallback of one function gives it its code back', () => {
    const build = (given: Readonly<Record<string, unknown>>) => {
      const app = createApp({ context: given });
      const stack = new Stack(app, 'Orders');
      configureInApp(assetFunction(stack, 'Quote', { memorySize }), { mode: 'fallback' });
      return { app, template: Template.fromStack(stack) };
    };
    const { app, template } = build({ 'live-lambda': 'true' });
    expect(modesOf(app)).toEqual(['fallback']);
    expect(functionIn(template, 'Quote').Code).toEqual(functionIn(build({}).template, 'Quote').Code);
  });
});

function pythonCode(): lambda.Code {
  return lambda.Code.fromAsset(`${__dirname}/fixtures/functions/python`);
}
