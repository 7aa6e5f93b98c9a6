import { describe, expect, it } from 'vitest';
import { environmentOf, invocationOf, nodePlan, readOutcome, runNode } from '../../fixtures/run-function.ts';

const HEADERS = {
  'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
  'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
  'lambda-runtime-client-context': '{"custom":{"k":"日本"}}',
  'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"i"}',
  'lambda-runtime-aws-tenant-id': 'tenant',
};

function start(source: string, runtime: string) {
  return environmentOf(nodePlan({ files: { 'index.mjs': source }, runtime })).environment;
}

describe('the context', () => {
  const MEMBERS = `export const handler = async (event, context) => ({
    json: JSON.stringify(context),
    keys: Object.keys(context),
    remaining: context.getRemainingTimeInMillis(),
    trace: [process.env._X_AMZN_TRACE_ID, context.xRayTraceId],
  });`;
  const VALUES = {
    clientContext: { custom: { k: '日本' } },
    identity: { cognitoIdentityId: 'i' },
    invokedFunctionArn: HEADERS['lambda-runtime-invoked-function-arn'],
    tenantId: 'tenant',
    functionName: 'orders',
    functionVersion: '$LATEST',
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/orders',
    logStreamName: '2026/11/23/[$LATEST]0',
  };

  it.each([
    [
      'nodejs22.x',
      'callbackWaitsForEmptyEventLoop succeed fail done functionVersion functionName memoryLimitInMB logGroupName logStreamName clientContext identity invokedFunctionArn awsRequestId tenantId getRemainingTimeInMillis',
    ],
    [
      'nodejs24.x',
      'clientContext identity invokedFunctionArn awsRequestId tenantId xRayTraceId getRemainingTimeInMillis functionName functionVersion memoryLimitInMB logGroupName logStreamName',
    ],
  ])('of %s has the members of Lambda in their order', async (runtime, keys) => {
    const environment = start(MEMBERS, runtime);
    const invocation = invocationOf({}, { headers: HEADERS });
    const { json } = readOutcome(await environment.invoke(invocation));
    expect(json.keys).toEqual(keys.split(' '));
    expect(JSON.parse(json.json)).toMatchObject({ ...VALUES, awsRequestId: invocation.requestId });
    expect(json.remaining).toBeGreaterThan(0);
    expect(json.remaining).toBeLessThanOrEqual(60_000);
    const trace = HEADERS['lambda-runtime-trace-id'];
    expect(json.trace).toEqual(runtime === 'nodejs24.x' ? [trace, trace] : [trace, null]);
  });

  it('has no trace when the invocation has none', async () => {
    const environment = start(
      'const atInit = process.env._X_AMZN_TRACE_ID; export const handler = async () => [atInit, process.env._X_AMZN_TRACE_ID];',
      'nodejs22.x',
    );
    expect(readOutcome(await environment.invoke(invocationOf({}, { headers: HEADERS }))).json).toEqual([
      null,
      HEADERS['lambda-runtime-trace-id'],
    ]);
    expect(readOutcome(await environment.invoke(invocationOf())).json).toEqual([null, null]);
  });

  it('fails the invocation where the client context is no JSON', async () => {
    const environment = start('export const handler = async () => 1;', 'nodejs22.x');
    const headers = { 'lambda-runtime-client-context': '{' };
    expect(readOutcome(await environment.invoke(invocationOf({}, { headers }))).json).toMatchObject({
      errorType: 'Error',
      errorMessage: expect.stringMatching(/^Cannot parse ClientContext as json: SyntaxError/),
    });
  });

  it('comes with the folder and the globals of Lambda', async () => {
    const source =
      'export const handler = async () => [process.cwd() === process.env.LAMBDA_TASK_ROOT, Object.keys(globalThis.awslambda ?? {}), typeof gc];';
    const members = ['streamifyResponse', 'HttpResponseStream'];
    expect((await runNode(source)).outcomes[0]?.json).toEqual([true, members, 'function']);
    const newer = await runNode(source, { runtime: 'nodejs24.x' });
    expect(newer.outcomes[0]?.json[1]).toEqual([...members, 'InvokeStore']);
    const env = { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: '1' };
    expect((await runNode(source, { env })).outcomes[0]?.json[1]).toEqual([]);
  });
});

describe('the log', () => {
  const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  const texts = async (
    body: string,
    options: { readonly env?: Record<string, string>; readonly runtime?: string } = {},
  ) => (await runNode(`export const handler = async () => { ${body} };`, options)).lines.map(({ text }) => text);

  it.each([
    ['log', 'INFO'],
    ['info', 'INFO'],
    ['debug', 'DEBUG'],
    ['trace', 'TRACE'],
    ['warn', 'WARN'],
    ['error', 'ERROR'],
    ['fatal', 'FATAL'],
  ])('has a line for console.%s with time, request id and level', async (method, level) => {
    expect(await texts(`console.${method}('a %s', 'x', { b: 2 })`)).toEqual([
      expect.stringMatching(new RegExp(`^${ISO}\trequest-\\d+\t${level}\ta x \\{ b: 2 \\}$`)),
    ]);
  });

  it('keeps a record of several lines in one piece', async () => {
    const [record, ...others] = await texts("console.error(new Error('e'))");
    expect(record).toMatch(/\tERROR\tError: e\n {4}at Runtime\.handler/);
    expect(others).toEqual([]);
  });

  it('leaves console.dir and stdout as they are', async () => {
    expect(await texts("console.dir({ a: 1 }); process.stdout.write('raw\\n');")).toEqual(['{ a: 1 }', 'raw']);
  });

  it.each([
    ['nodejs22.x', 'undefined'],
    ['nodejs24.x', '-'],
  ])('of %s has %s for the request id before the first invocation', async (runtime, id) => {
    const { lines } = await runNode("console.log('init'); export const handler = async () => 1;", { runtime });
    expect(lines.map(({ text }) => text.split('\t').slice(1))).toEqual([[id, 'INFO', 'init']]);
  });

  it('tells libraries the id of the request', async () => {
    const { outcomes } = await runNode(
      "export const handler = async (e, c) => globalThis[Symbol.for('aws.lambda.runtime.requestId')] === c.awsRequestId;",
    );
    expect(outcomes[0]?.json).toBe(true);
  });

  it('is JSON where the function says so, with objects and errors kept apart', async () => {
    const env = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
    const records = await texts(
      "console.log({ a: 1 }); console.error('bad', new RangeError('r')); console.warn(new TypeError('t')); console.info(10n);",
      { env },
    );
    expect(records.map((record) => JSON.parse(record))).toMatchObject([
      { timestamp: expect.stringMatching(ISO), level: 'INFO', requestId: expect.anything(), message: { a: 1 } },
      {
        level: 'ERROR',
        message: expect.stringMatching(/^bad RangeError: r/),
        errorType: 'RangeError',
        errorMessage: 'r',
      },
      { level: 'WARN', message: { errorType: 'TypeError', errorMessage: 't', stackTrace: expect.anything() } },
      { level: 'INFO', message: '10n' },
    ]);
  });

  it('leaves out what is below the level of the function', async () => {
    const env = { AWS_LAMBDA_LOG_LEVEL: 'WARN' };
    const lines = await texts("console.log('no'); console.debug('no'); console.warn('yes'); console.error('yes');", {
      env,
    });
    expect(lines.map((line) => line.split('\t').at(-1))).toEqual(['yes', 'yes']);
  });

  it.each([
    ['nodejs22.x', 'RangeError'],
    ['nodejs24.x', undefined],
  ])('is JSON in which %s takes the first of several values for the error, or does not', async (runtime, errorType) => {
    const env = { AWS_LAMBDA_LOG_FORMAT: 'JSON' };
    const [record] = await texts("console.error(new RangeError('r'), 'more');", { env, runtime });
    const parsed = JSON.parse(record ?? '');
    expect(parsed.message).toMatch(/^RangeError: r[\s\S]* more$/);
    expect(parsed.errorType).toBe(errorType);
  });

  it('takes nothing for undefined', async () => {
    expect((await texts('console.log();'))[0]).toMatch(/\tINFO\tundefined$/);
    const [record] = await texts('console.log();', { env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } });
    expect(Object.keys(JSON.parse(record ?? ''))).toEqual(['timestamp', 'level', 'requestId']);
  });

  it('names the tenant in JSON, on nodejs22.x', async () => {
    const plan = nodePlan({
      files: { 'index.mjs': "export const handler = async () => console.log('x');" },
      env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' },
    });
    const { environment, lines } = environmentOf(plan);
    await environment.invoke(invocationOf({}, { headers: HEADERS }));
    expect(JSON.parse(lines[0]?.text ?? '')).toMatchObject({ tenantId: 'tenant', message: 'x' });
  });

  it('has the error of an invocation with everything that it carries', async () => {
    const [line] = await texts("throw Object.assign(new Error('m'), { code: 'E1', extra: 1 });");
    const [, , level, title, json] = (line ?? '').split('\t');
    expect([level, title]).toEqual(['ERROR', 'Invoke Error ']);
    expect(JSON.parse(json ?? '')).toMatchObject({ errorType: 'Error', errorMessage: 'm', code: 'E1', extra: 1 });
  });
});
