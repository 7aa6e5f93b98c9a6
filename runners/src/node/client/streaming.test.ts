import { describe, expect, it } from 'vitest';
import { type ClientProcess, type Posted, startClient } from '../../fixtures/client-process.ts';

const GENERATIONS = ['nodejs22.x', 'nodejs24.x'];
const HTTP = 'application/vnd.awslambda.http-integration-response';

type Case = readonly [name: string, handler: string, expected: object];

/** What was posted, with its trailers read. The trace is that of the first line. */
function read({ path, headers, body, trailers, complete }: Posted) {
  const { 'lambda-runtime-function-error-type': errorType, 'lambda-runtime-function-error-body': error } = trailers;
  const details = error === undefined ? undefined : JSON.parse(Buffer.from(error, 'base64').toString('utf8'));
  const failure = errorType === undefined ? undefined : { errorType, ...details, trace: details.trace?.[0] };
  return { path, type: headers['content-type'], body, complete, failure };
}

const failure = (errorType: string, errorMessage: string, trace?: string): object => ({
  complete: true,
  failure: { errorType, errorMessage, trace },
});
const bytes = (body: string, type = 'application/octet-stream'): object => ({
  type,
  body,
  complete: true,
  failure: undefined,
});

const BOTH: readonly Case[] = [
  [
    'text and bytes',
    "async (e, s) => { s.write('a'); s.write(Buffer.from('b')); s.write(new Uint8Array([99])); s.end(); }",
    bytes('abc'),
  ],
  [
    'everything else as JSON',
    'async (e, s) => { s.write({ a: 1 }); s.write([1]); s.write(5); s.end(); }',
    bytes('{"a":1}[1]5'),
  ],
  [
    'a content type',
    "async (e, s) => { s.setContentType('text/plain'); s.write('x'); s.end(); }",
    bytes('x', 'text/plain'),
  ],
  [
    'a content type too late',
    "async (e, s) => { s.write('x'); s.setContentType('text/plain'); }",
    {
      body: 'x',
      ...failure(
        'Runtime.InvalidStreamingOperation',
        'Cannot set content-type, too late.',
        'Runtime.InvalidStreamingOperation: Cannot set content-type, too late.',
      ),
    },
  ],
  [
    'HTTP metadata before the first write',
    "async (e, s) => { s = awslambda.HttpResponseStream.from(s, { statusCode: 201, cookies: ['c'] }); s.write('x'); s.write('y'); s.end(); }",
    bytes(`{"statusCode":201,"cookies":["c"]}${'\0'.repeat(8)}xy`, HTTP),
  ],
  [
    'no metadata without a write',
    'async (e, s) => { awslambda.HttpResponseStream.from(s, { statusCode: 201 }).end(); }',
    bytes('', HTTP),
  ],
  [
    'no metadata before what end is given',
    "async (e, s) => { awslambda.HttpResponseStream.from(s, {}).end('x'); }",
    bytes('x', HTTP),
  ],
  [
    'an error before the first byte',
    "async () => { throw new RangeError('r'); }",
    { body: '', ...failure('RangeError', 'r', 'RangeError: r') },
  ],
  [
    'an error after it',
    "async (e, s) => { s.write('x'); throw new RangeError('r'); }",
    { body: 'x', ...failure('RangeError', 'r', 'RangeError: r') },
  ],
  ['a thrown text', "async () => { throw 'text'; }", failure('string', 'text')],
  [
    'null as a chunk',
    'async (e, s) => { s.write(null); }',
    failure(
      'TypeError',
      "Cannot read properties of null (reading 'length')",
      "TypeError: Cannot read properties of null (reading 'length')",
    ),
  ],
  [
    'an end that is sooner than the return',
    "async (e, s) => { s.end('x'); await new Promise((r) => setTimeout(r, 20)); }",
    bytes('x'),
  ],
  ['an end that is later', "async (e, s) => { s.write('x'); setTimeout(() => s.end('y'), 20); }", bytes('xy')],
  ['two ends', "async (e, s) => { s.write('x'); s.end(); s.end(); }", bytes('x')],
  ['a value that is ignored', "async (e, s) => { s.end('x'); return 5; }", bytes('x')],
  ['a function that is not async and has ended', "(e, s) => { s.write('x'); s.end(); }", bytes('x')],
  ['a function that returns a promise', "(e, s) => { s.end('x'); return Promise.resolve(); }", bytes('x')],
  ['a pipeline', "async (e, s) => { await pipeline(Readable.from(['a', Buffer.from('b')]), s); }", bytes('ab')],
  ['a pipe', "async (e, s) => { Readable.from(['a', 'b']).pipe(s); }", bytes('ab')],
  [
    'more than fits, as fast as it is taken',
    "async (e, s) => { let full = 0; for (let i = 0; i < 40; i += 1) if (!s.write('x'.repeat(100_000))) { full += 1; await new Promise((r) => s.once('drain', r)); } s.end(String(full > 0)); }",
    bytes(`${'x'.repeat(4_000_000)}true`),
  ],
  [
    'no more than its mark in the socket',
    'async (e, s) => { await new Promise((r) => setTimeout(r, 20)); s.end(String(s.writableHighWaterMark)); }',
    bytes('777'),
  ],
  [
    'no Writable, though one may think so',
    'async (e, s) => { s.end(String([s instanceof Writable, typeof s.on, s.writableEnded])); }',
    bytes('false,function,false'),
  ],
  [
    'the object that it is called on',
    'function (e, s) { s.end(typeof this); return Promise.resolve(); }',
    bytes('object'),
  ],
];

const ONLY: Readonly<Record<string, readonly Case[]>> = {
  'nodejs22.x': [
    [
      'a function that is not async',
      "(e, s) => { s.write('x'); }",
      { body: 'x', ...failure('string', 'Streaming does not support non-async handlers.') },
    ],
    ['one value for end', "async (e, s) => { s.end('eA==', 'base64'); }", bytes('eA==')],
    [
      'a context without answers',
      'async (e, s, c) => { s.end(Object.keys(c).slice(0, 3).join()); }',
      bytes('callbackWaitsForEmptyEventLoop,functionVersion,functionName'),
    ],
  ],
  'nodejs24.x': [
    [
      'a function that is not async',
      "(e, s) => { s.write('x'); }",
      {
        body: 'x',
        ...failure(
          'Error',
          'Streaming does not support non-async handlers.',
          'Error: Streaming does not support non-async handlers.',
        ),
      },
    ],
    ['an encoding for end', "async (e, s) => { s.end('eA==', 'base64'); }", bytes('x')],
    [
      'the request id in the invoke store',
      'async (e, s) => { s.end(awslambda.InvokeStore.getRequestId()); }',
      { body: expect.stringMatching(/^request-\d+$/) },
    ],
  ],
};

const start = (source: string, runtime: string): Promise<ClientProcess> =>
  startClient({ files: { 'index.mjs': source }, runtime });

const streaming = (handler: string, options = ''): string =>
  `export const handler = awslambda.streamifyResponse(${handler}${options});`;

describe.each(GENERATIONS)('a streaming handler on %s', (runtime) => {
  it('answers with what it writes, and with its failures in trailers', async () => {
    const cases = [...BOTH, ...(ONLY[runtime] ?? [])];
    const client = await start(
      `import { Readable, Writable } from 'node:stream';
      import { pipeline } from 'node:stream/promises';
      const cases = [${cases.map(([, handler]) => handler).join(',\n')}];
      ${streaming('function (index, s, c) { return cases[index].call(this, index, s, c); }', ', { highWaterMark: 777 }')}`,
      runtime,
    );
    const answers: Record<string, object> = {};
    for (const [index, [name]] of cases.entries()) answers[name] = read(await client.invoke(index));
    expect(answers).toMatchObject(Object.fromEntries(cases.map(([name, , expected]) => [name, expected])));
    expect(client.posts).toHaveLength(cases.length);
    const warnings = client.output().match(/WARN\tStreaming handlers ignore return values\./g);
    expect(warnings).toHaveLength(1);
    expect(client.output()).toContain('Streaming does not support non-async handlers.');
  });

  it('posts in chunks, says that it streams, and announces the trailers', async () => {
    const client = await start(streaming("async (e, s) => { s.end('x'); }"), runtime);
    const { path, headers } = await client.invoke();
    expect(path).toBe('invocation/request-1/response');
    expect(headers).toMatchObject({
      'lambda-runtime-function-response-mode': 'streaming',
      'transfer-encoding': 'chunked',
      trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    });
  });

  it.each([
    [
      'a write after the end',
      "s.write('x'); s.end(); s.write('y');",
      'Error [ERR_STREAM_WRITE_AFTER_END]: write after end',
    ],
    ['a stream that was destroyed', "s.write('x'); await late(); s.destroy(new Error('gone'));", 'Error: gone'],
  ])('ends the process at %s', async (_what, body, errorMessage) => {
    const late = 'const late = () => new Promise((resolve) => setTimeout(resolve, 20));';
    const client = await start(
      late + streaming(`async (e, s) => { ${body} await late(); await new Promise(() => {}); }`),
      runtime,
    );
    void client.invoke();
    expect(await client.exit).toBe(runtime === 'nodejs22.x' ? 128 : 1);
    const reported = client.posts.filter(({ path }) => path.endsWith('/error')).map((post) => JSON.parse(post.body));
    expect(reported).toMatchObject(
      runtime === 'nodejs22.x' ? [{ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage }] : [],
    );
  });

  it('ends the process at a rejection beside it, which is answered in place of a response of which nothing was sent', async () => {
    const client = await start(
      streaming("async (e, s) => { s.write('x'); Promise.reject(new Error('y'.repeat(5e6))); }"),
      runtime,
    );
    void client.invoke();
    await client.exit;
    expect(client.begun).toEqual(runtime === 'nodejs22.x' ? ['invocation/request-1/error'] : []);
  });

  it('is no handler with a callback, though it has three parameters', async () => {
    const client = await start(streaming("async (event, stream, context) => { stream.end('x'); }"), runtime);
    expect((await client.invoke()).body).toBe('x');
    expect(client.output()).toBe('');
  });

  it('is refused for a mark that Lambda does not know', async () => {
    const mark = "[Symbol.for('aws.lambda.runtime.handler.streaming')]";
    const client = await start(`export const handler = Object.assign(async () => 1, { ${mark}: 'request' });`, runtime);
    expect(JSON.parse((await client.post()).body)).toMatchObject(
      runtime === 'nodejs22.x'
        ? { errorType: 'ReferenceError', errorMessage: 'MalformedStreamingHandler is not defined' }
        : { errorType: 'Runtime.MalformedStreamingHandler', errorMessage: 'Only response streaming is supported.' },
    );
  });
});

describe('the members of the stream', () => {
  const METHODS =
    'cork destroy end uncork write addListener emit eventNames getMaxListeners listenerCount listeners off on once prependListener prependOnceListener rawListeners removeAllListeners removeListener setMaxListeners setContentType';
  const READ = 'writableEnded writableNeedDrain writableHighWaterMark writableCorked writableLength';
  it.each([
    ['nodejs22.x', `destroyed writable _onBeforeFirstWrite writableFinished writableObjectMode writableBuffer ${READ}`],
    ['nodejs24.x', `destroyed _onBeforeFirstWrite writableFinished writableObjectMode ${READ} writable`],
  ])("are those of Lambda's on %s", async (runtime, properties) => {
    const client = await start(
      streaming('async (e, s) => { s.write([Object.keys(s).sort(), Object.getOwnPropertyNames(s).sort()]); s.end(); }'),
      runtime,
    );
    const methods = METHODS.split(' ');
    expect(JSON.parse((await client.invoke()).body)).toEqual([
      methods.toSorted(),
      [...methods, ...properties.split(' ')].toSorted(),
    ]);
  });
});

describe('the next event of a streaming handler on nodejs22.x', () => {
  const TIMER = "setTimeout(() => console.log('timer'), 50); if (e.first) s.write('1'); s.end(e.first ? '' : 'ticks');";

  it('waits for what the one before left to run', async () => {
    const client = await start(streaming(`async (e, s) => { ${TIMER} }`), 'nodejs22.x');
    await client.invoke({ first: true });
    await client.asked();
    expect(client.output()).toContain('timer');
  });

  it('does not wait where the handler says so', async () => {
    const handler = `async (e, s, c) => { c.callbackWaitsForEmptyEventLoop = false; ${TIMER.replace('50', '30_000')} }`;
    const client = await start(streaming(handler), 'nodejs22.x');
    await client.invoke({ first: true });
    expect((await client.invoke({})).body).toBe('ticks');
  });

  it('is asked for although the handler never returns, once its response has ended', async () => {
    const client = await start(
      streaming('async (e, s) => { s.end(String(e)); await new Promise(() => {}); }'),
      'nodejs22.x',
    );
    expect([(await client.invoke(1)).body, (await client.invoke(2)).body]).toEqual(['1', '2']);
  });
});
