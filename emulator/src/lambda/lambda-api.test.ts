import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { type RunningEmulator, runEmulator } from '../fixtures/running-emulator.ts';
import { wrappedFunction, wrappedProgram } from '../fixtures/runtime-program.ts';

const arn = 'arn:aws:lambda:us-east-1:111122223333:function:orders';

let cloud: RunningEmulator;

beforeAll(async () => {
  cloud = await runEmulator({
    assets: { 'code.zip': wrappedProgram('zip') },
    resources: {
      Orders: wrappedFunction('code.zip', { FunctionName: 'orders', Description: 'takes orders', MemorySize: 256 }),
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Orders' } } },
      Live: {
        Type: 'AWS::Lambda::Alias',
        Properties: {
          FunctionName: { Ref: 'Orders' },
          FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
          Name: 'live',
        },
      },
      Report: {
        ...wrappedFunction('code.zip', { FunctionName: 'report', Runtime: 'python3.13' }),
      },
    },
  });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const facts = async (functionName: string, input: Parameters<RunningEmulator['invoke']>[2] = {}) =>
  JSON.parse((await cloud.invoke(functionName, { facts: true }, input)).payload.toString());

describe('a synchronous invocation', () => {
  it('carries bytes both ways untouched', async () => {
    const event = Buffer.from(`{"price": 1.0,  "10":1, "2":2, "text":"${'é'.repeat(500_000)}"}`);
    const answer = await cloud.invoke('orders', event);
    expect(answer).toMatchObject({ status: 200, executedVersion: '$LATEST', functionError: undefined, log: undefined });
    expect(answer.payload.equals(event)).toBe(true);
  });

  it('takes an empty payload as {}', async () => {
    expect((await cloud.invoke('orders', Buffer.alloc(0))).payload.toString()).toBe('{}');
  });

  it('returns an error of the function as it was posted, with 200', async () => {
    const answer = await cloud.invoke('orders', { fail: 'no such article' });
    expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled', executedVersion: '$LATEST' });
    expect(answer.payload.toString()).toBe('{"errorType":"OrderRejected","errorMessage":"no such article","trace":[]}');
  });

  it('returns an error in place of a response that is too large, and takes the largest', async () => {
    const largest = await cloud.invoke('orders', { size: 6_291_556 });
    expect(largest).toMatchObject({ status: 200, functionError: undefined });
    expect(largest.payload).toHaveLength(6_291_556);
    const answer = await cloud.invoke('orders', { size: 6_291_557 });
    expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled' });
    expect(answer.payload.toString()).toBe(
      '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
    );
  });

  it('returns the end of the log when asked', async () => {
    const { log } = await cloud.invoke('orders', { log: 'taken' }, { LogType: 'Tail' });
    expect(log?.split('\n')).toEqual([
      expect.stringMatching(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/),
      'taken',
      expect.stringMatching(/^END RequestId: [0-9a-f-]{36}$/),
      expect.stringMatching(
        /^REPORT RequestId: [0-9a-f-]{36}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB/,
      ),
      '',
    ]);
  });

  it('returns no more than 4 KB of the log', async () => {
    const { log } = await cloud.invoke('orders', { log: 'x'.repeat(9_000) }, { LogType: 'Tail' });
    expect(Buffer.byteLength(log ?? '')).toBe(4_096);
    expect(log).toContain('REPORT');
  });

  it.each([
    ['orders', undefined, arn, '$LATEST'],
    [arn, undefined, arn, '$LATEST'],
    ['111122223333:function:orders', undefined, arn, '$LATEST'],
    ['orders', '$LATEST', `${arn}:$LATEST`, '$LATEST'],
    ['orders:live', undefined, `${arn}:live`, '1'],
    [`${arn}:live`, undefined, `${arn}:live`, '1'],
    ['orders', '1', `${arn}:1`, '1'],
  ])('finds %s with the qualifier %s', async (functionName, qualifier, invokedArn, version) => {
    const input = qualifier === undefined ? {} : { Qualifier: qualifier };
    const { headers, env } = await facts(functionName, input);
    expect(headers['lambda-runtime-invoked-function-arn']).toBe(invokedArn);
    expect(env.AWS_LAMBDA_FUNCTION_VERSION).toBe(version);
    expect((await cloud.invoke(functionName, {}, input)).executedVersion).toBe(version);
  });

  it('gives the runtime a request id, a deadline, a trace and the client context', async () => {
    const context = '{"custom":\n{"name":"Zoë","price":1.0}}';
    const { headers, now } = await facts('orders', { ClientContext: Buffer.from(context).toString('base64') });
    expect(headers['lambda-runtime-aws-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['lambda-runtime-trace-id']).toMatch(
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    );
    expect(headers['lambda-runtime-client-context']).toBe('{"custom": {"name":"Zo\\u00eb","price":1.0}}');
    const remainingMs = Number(headers['lambda-runtime-deadline-ms']) - now;
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(60_000);
  });
});

describe('other kinds of invocation', () => {
  it('answers an asynchronous one at once and runs it in the background', async () => {
    const { events } = cloud;
    const answer = await cloud.invoke('orders', { log: 'in the background' }, { InvocationType: 'Event' });
    expect(answer).toMatchObject({ status: 202, executedVersion: undefined });
    expect(answer.payload).toHaveLength(0);
    await eventually(() => {
      const line = events.find((event) => event.type === 'log-line' && event.text === 'in the background');
      const requestId = line?.type === 'log-line' ? line.requestId : undefined;
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'invocation-finished', requestId, outcome: 'response' }),
      );
    });
  });

  it('runs nothing for a dry run', async () => {
    const before = cloud.events.length;
    const answer = await cloud.invoke('orders', { log: 'dry' }, { InvocationType: 'DryRun' });
    expect(answer).toMatchObject({ status: 204, functionError: undefined, executedVersion: undefined });
    expect(answer.payload).toHaveLength(0);
    expect(cloud.events).toHaveLength(before);
  });
});

describe('a refusal', () => {
  const big = (bytes: number): Buffer => Buffer.from(JSON.stringify('x'.repeat(bytes - 2)));

  it.each([
    [
      'nothing',
      {},
      {},
      404,
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:111122223333:function:nothing:$LATEST',
    ],
    [
      'orders:draft',
      {},
      {},
      404,
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:111122223333:function:orders:draft',
    ],
    ['orders:live', {}, { Qualifier: '1' }, 400, 'InvalidParameterValueException', 'qualifier'],
    [
      'orders',
      Buffer.from('{"a":'),
      {},
      400,
      'InvalidRequestContentException',
      'Could not parse request body into json: Could not parse payload into json: ',
    ],
    [
      'orders',
      big(6_291_457),
      {},
      413,
      'RequestEntityTooLargeException',
      'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    ],
    [
      'orders',
      big(1_048_577),
      { InvocationType: 'Event' as const },
      413,
      'RequestEntityTooLargeException',
      '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    ],
    [
      'orders',
      big(6_291_457),
      { InvocationType: 'Event' as const },
      413,
      'RequestEntityTooLargeException',
      '6291457 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    ],
    ['nothing', {}, { InvocationType: 'Event' as const }, 404, 'ResourceNotFoundException', 'Function not found'],
    ['nothing', {}, { InvocationType: 'DryRun' as const }, 404, 'ResourceNotFoundException', 'Function not found'],
    [
      'orders',
      {},
      { ClientContext: `e30${'g'.repeat(3_600)}` },
      400,
      'InvalidRequestContentException',
      'longer than 3583',
    ],
    [
      'orders',
      {},
      { ClientContext: 'bm90IGpzb24=' },
      400,
      'InvalidRequestContentException',
      'valid Base64-encoded JSON',
    ],
    ['report', {}, {}, 502, 'InvalidRuntimeException', 'report: the emulator has no runtime python3.13'],
  ])('of %s has the name and the text of Lambda', async (functionName, event, input, status, name, message) => {
    await expect(cloud.invoke(functionName, event, input)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: status },
    });
  });

  it('leaves the limits themselves alone', async () => {
    expect((await cloud.invoke('orders', big(6_291_456))).payload).toHaveLength(6_291_456);
    expect((await cloud.invoke('orders', big(1_048_576), { InvocationType: 'Event' })).status).toBe(202);
  });
});

describe('what is read of functions', () => {
  it('shows the configuration of a function', async () => {
    const configuration = await cloud.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'orders' }));
    expect(configuration).toMatchObject({
      FunctionArn: arn,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Description: 'takes orders',
      MemorySize: 256,
      Timeout: 60,
      State: 'Active',
      Version: '$LATEST',
      CodeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/start' } },
    });
    expect(Number.isNaN(Date.parse(configuration.LastModified ?? ''))).toBe(false);
  });

  it('shows a published version by its own ARN', async () => {
    const { Configuration } = await cloud.lambda.send(
      new GetFunctionCommand({ FunctionName: 'orders', Qualifier: '1' }),
    );
    expect(Configuration).toMatchObject({ FunctionArn: `${arn}:1`, Version: '1' });
  });

  it('lists all functions', async () => {
    const { Functions } = await cloud.lambda.send(new ListFunctionsCommand({}));
    expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['orders', 'report']);
  });

  it('does not know what it does not have', async () => {
    await expect(cloud.lambda.send(new GetFunctionCommand({ FunctionName: 'nothing' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('propagates the trace of the caller', async () => {
    const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const command = new InvokeCommand({ FunctionName: 'orders', Payload: '{"facts":true}' });
    command.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { headers: object }).headers, { 'X-Amzn-Trace-Id': traceId });
        return next(args);
      },
      { step: 'build' },
    );
    const { Payload } = await cloud.lambda.send(command);
    expect(JSON.parse(Buffer.from(Payload ?? []).toString()).headers['lambda-runtime-trace-id']).toBe(traceId);
  });
});
