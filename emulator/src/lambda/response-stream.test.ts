import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamResponseEvent,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatorEvent } from '../events.ts';
import { type RunningEmulator, runEmulator } from '../fixtures/running-emulator.ts';
import { wrappedFunction, wrappedProgram } from '../fixtures/runtime-program.ts';

let cloud: RunningEmulator;

beforeAll(async () => {
  cloud = await runEmulator({
    assets: { 'code.zip': wrappedProgram('zip') },
    resources: {
      Export: wrappedFunction('code.zip', { FunctionName: 'export' }),
      Slow: wrappedFunction('code.zip', { FunctionName: 'slow', Timeout: 2 }),
    },
  });
});
afterAll(() => cloud[Symbol.asyncDispose]());

const command = (event: unknown, input: Partial<InvokeWithResponseStreamCommandInput> = {}) =>
  new InvokeWithResponseStreamCommand({
    FunctionName: 'export',
    Payload: Buffer.from(JSON.stringify(event)),
    ...input,
  });

const textOf = (event: InvokeWithResponseStreamResponseEvent | undefined): string =>
  Buffer.from(event?.PayloadChunk?.Payload ?? []).toString();

const textIn = (event: EmulatorEvent): string | undefined => (event.type === 'log-line' ? event.text : undefined);

interface ReadStream {
  readonly parts: readonly string[];
  readonly complete: InvokeWithResponseStreamResponseEvent['InvokeComplete'];
}

const read = async (stream: AsyncIterable<InvokeWithResponseStreamResponseEvent> | undefined): Promise<ReadStream> => {
  const events: InvokeWithResponseStreamResponseEvent[] = [];
  for await (const event of stream ?? []) events.push(event);
  const parts = events.filter(({ PayloadChunk }) => PayloadChunk).map(textOf);
  expect(events.findIndex(({ InvokeComplete }) => InvokeComplete)).toBe(events.length - 1);
  return { parts, complete: events.at(-1)?.InvokeComplete };
};

const invokeStreaming = async (...given: Parameters<typeof command>): Promise<ReadStream> =>
  read((await cloud.lambda.send(command(...given))).EventStream);

/** A server at which a function waits until the test lets it go on. */
const startGate = async () => {
  const waiting = new Map<string, ServerResponse>();
  const arrivals = new Map<string, () => void>();
  const server = createServer(({ url = '' }, response) => {
    waiting.set(url, response);
    arrivals.get(url)?.();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const open = async (part: number | 'before'): Promise<void> => {
    const url = `/${part}`;
    if (!waiting.has(url)) await new Promise<void>((resolve) => arrivals.set(url, resolve));
    waiting.get(url)?.end();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe('an invocation with a response stream', () => {
  it('hands each part on while the function still works on the next', async () => {
    await using gate = await startGate();
    const { EventStream, StatusCode, ExecutedVersion, ResponseStreamContentType } = await cloud.lambda.send(
      command({ stream: { parts: ['id,total\n', '1,9.99\n', '2,1.00\n'], gate: gate.url } }),
    );
    expect({ StatusCode, ExecutedVersion, ResponseStreamContentType }).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      ResponseStreamContentType: 'application/vnd.amazon.eventstream',
    });
    const events = EventStream?.[Symbol.asyncIterator]();
    for (const [index, part] of ['id,total\n', '1,9.99\n', '2,1.00\n'].entries()) {
      expect(textOf((await events?.next())?.value)).toBe(part);
      await gate.open(index);
    }
    const { value: last } = (await events?.next()) ?? {};
    expect(last.InvokeComplete).toEqual({});
    expect((await events?.next())?.done).toBe(true);
  });

  it('carries more than a buffered answer may hold', async () => {
    const part = 'x'.repeat(65_536);
    const { parts, complete } = await invokeStreaming({ stream: { parts: [part], repeat: 320 } });
    const bytes = parts.join('');
    expect(bytes.length).toBe(20_971_520);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      createHash('sha256').update(part.repeat(320)).digest('hex'),
    );
    expect(complete).toEqual({});
  });

  it('gives the answer of a function that does not stream', async () => {
    const event = { price: '1.0' };
    expect(await invokeStreaming(event)).toEqual({ parts: [JSON.stringify(event)], complete: {} });
  });

  it('gives the end of the log when asked', async () => {
    const { complete } = await invokeStreaming({ log: 'exporting', stream: { parts: ['a'] } }, { LogType: 'Tail' });
    expect(Buffer.from(complete?.LogResult ?? '', 'base64').toString()).toMatch(
      /^START RequestId.*\nexporting\nEND RequestId.*\nREPORT RequestId/,
    );
  });

  it('lets the function go on when the caller leaves, and serves the next one there', async () => {
    await using gate = await startGate();
    const leaving = new AbortController();
    const options = { abortSignal: leaving.signal };
    const { EventStream } = await cloud.lambda.send(
      command({ log: 'left alone', stream: { parts: ['a', 'b'], gate: gate.url } }),
      options,
    );
    const events = EventStream?.[Symbol.asyncIterator]();
    await events?.next();
    const before = cloud.events.length;
    leaving.abort();
    await gate.open(0);
    await gate.open(1);
    await expect
      .poll(() => cloud.events.slice(before).find(({ type }) => type === 'invocation-finished'))
      .toMatchObject({ outcome: 'response' });
    await invokeStreaming({ stream: { parts: ['a'] } });
    expect(cloud.events.slice(before).filter(({ type }) => type === 'environment-started')).toEqual([]);
  });

  it('lets a function that has not begun go on too, however much it writes', async () => {
    await using gate = await startGate();
    const leaving = new AbortController();
    const before = cloud.events.length;
    const parts = ['x'.repeat(65_536)];
    const given = command({ log: 'began', stream: { parts, repeat: 320, before: gate.url } });
    const sent = cloud.lambda.send(given, { abortSignal: leaving.signal }).catch((error: Error) => error.name);
    await expect.poll(() => cloud.events.slice(before).some((event) => textIn(event) === 'began')).toBe(true);
    leaving.abort();
    expect(await sent).toBe('AbortError');
    await gate.open('before');
    await expect
      .poll(() => cloud.events.slice(before).find(({ type }) => type === 'invocation-finished'))
      .toMatchObject({ outcome: 'response' });
  });
});

describe('a stream that fails', () => {
  const fail = { errorType: 'PageMissing', errorMessage: 'page 3 is missing', trace: [] };

  it('says so at its end, with the error that the function sent in its trailers', async () => {
    const { parts, complete } = await invokeStreaming({ stream: { parts: ['a', 'b'], fail } });
    expect(parts.join('')).toBe('ab');
    expect(complete).toEqual({ ErrorCode: 'Unhandled', ErrorDetails: JSON.stringify(fail) });
  });

  it('says so when the process ends in the middle of it', async () => {
    await using gate = await startGate();
    const { EventStream } = await cloud.lambda.send(command({ stream: { parts: ['a'], gate: gate.url, cut: true } }));
    const events = EventStream?.[Symbol.asyncIterator]();
    expect(textOf((await events?.next())?.value)).toBe('a');
    await gate.open(0);
    const { InvokeComplete: complete } = (await events?.next())?.value ?? {};
    expect(complete?.ErrorCode).toBe('Unhandled');
    expect(JSON.parse(complete?.ErrorDetails ?? '')).toMatchObject({ errorType: 'Runtime.TruncatedResponse' });
  });

  it('says so when the time of the function is over', async () => {
    const { parts, complete } = await invokeStreaming(
      { stream: { parts: ['a'], hang: true } },
      { FunctionName: 'slow' },
    );
    expect(parts).toEqual(['a']);
    expect(JSON.parse(complete?.ErrorDetails ?? '')).toMatchObject({
      errorMessage: expect.stringMatching(/Task timed out after 2\.00 seconds/),
    });
  });

  it('that never began has no part', async () => {
    const { parts, complete } = await invokeStreaming({ fail: 'no such export' });
    expect(parts).toEqual([]);
    expect(JSON.parse(complete?.ErrorDetails ?? '')).toMatchObject({ errorType: 'OrderRejected' });
  });
});

describe('a streaming function behind an ordinary invocation', () => {
  it('answers with all its bytes at once', async () => {
    const answer = await cloud.invoke('export', { stream: { parts: ['a', 'b', 'c'] } });
    expect(answer).toMatchObject({ status: 200, functionError: undefined });
    expect(answer.payload.toString()).toBe('abc');
  });

  it('fails when its stream does', async () => {
    const fail = { errorType: 'PageMissing', errorMessage: 'page 3 is missing' };
    const answer = await cloud.invoke('export', { stream: { parts: ['a'], fail } });
    expect(answer.functionError).toBe('Unhandled');
    expect(JSON.parse(answer.payload.toString())).toEqual(fail);
  });
});

describe('a request for a stream', () => {
  it('runs nothing when it is dry', async () => {
    const before = cloud.events.length;
    const { StatusCode } = await cloud.lambda.send(command({ log: 'dry' }, { InvocationType: 'DryRun' }));
    expect(StatusCode).toBe(204);
    expect(cloud.events).toHaveLength(before);
  });

  it.each([
    [{ FunctionName: 'nothing' }, 404, 'ResourceNotFoundException'],
    [{ Payload: Buffer.from('{"a":') }, 400, 'InvalidRequestContentException'],
    [{ InvocationType: 'Event' as never }, 400, 'ValidationException'],
  ])('is refused as an ordinary one is: %j', async (input, status, name) => {
    await expect(cloud.lambda.send(command({}, input))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });
});
