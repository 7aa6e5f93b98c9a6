import type { Section } from '../conformance-case.ts';
import { esm } from './package-files.ts';

/** Waits until the first bytes are with whoever reads the response. */
const UNTIL_ARRIVED = `while (!existsSync('first-chunk-arrived')) await new Promise((r) => setTimeout(r, 1));`;
const WITH_EXISTS = `import { existsSync } from 'node:fs';\n`;

/** A package whose handler streams. */
const streaming = (body: string, start = '') =>
  esm(`${start}export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });`);

const OCTETS = 'STREAM application/octet-stream';
const PRELUDE = 'STREAM application/vnd.awslambda.http-integration-response';
const NULS = '\\u0000'.repeat(8);
const BROKEN_OFF =
  'failed by Runtime.TruncatedResponse: RequestId: <request id> Error: Runtime broke off its response before the end; then exit status';

export const STREAMING: Section = {
  title: 'Streaming',
  cases: [
    {
      title: 'chunks, and the end',
      ...streaming(`stream.write('x'); stream.write('y'); stream.end('z');`),
      expected: `${OCTETS} xyz`,
    },
    { title: 'an end without a write', ...streaming('stream.end();'), expected: OCTETS },
    {
      title: 'setContentType before the first write',
      ...streaming(`stream.setContentType('text/plain'); stream.write('x'); stream.end();`),
      expected: 'STREAM text/plain x',
    },
    {
      title: 'setContentType after the first write',
      ...streaming(`stream.write('x'); stream.setContentType('text/plain'); stream.end();`),
      expected: `${OCTETS} x failed by Runtime.InvalidStreamingOperation: Cannot set content-type, too late.`,
    },
    {
      title: 'HttpResponseStream.from: a prelude before the first write',
      ...streaming(`const out = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' }, cookies: ['c=d'] });
out.write('body'); out.end();`),
      expected: `${PRELUDE} {"statusCode":201,"headers":{"a":"b"},"cookies":["c=d"]}${NULS}body`,
    },
    {
      title: 'HttpResponseStream.from and an end without a write: no prelude',
      ...streaming('awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end();'),
      expected: PRELUDE,
    },
    {
      title: 'HttpResponseStream.from and an end with the body',
      ...streaming(`awslambda.HttpResponseStream.from(stream, { statusCode: 200 }).end('body');`),
      expected: `${PRELUDE} body`,
    },
    {
      title: 'HttpResponseStream.from after the first write',
      ...streaming(`stream.write('x'); awslambda.HttpResponseStream.from(stream, { statusCode: 200 });`),
      expected: `${OCTETS} x failed by Runtime.InvalidStreamingOperation: Cannot set content-type, too late.`,
    },
    {
      title: 'objects are written as JSON, bytes as they are',
      ...streaming(
        `stream.write({ a: 1 }); stream.write(new Uint8Array([104, 105])); stream.write(Buffer.from('!')); stream.write([1]); stream.end();`,
      ),
      expected: `${OCTETS} {"a":1}hi![1]`,
    },
    { title: 'an encoding', ...streaming(`stream.write('6869', 'hex'); stream.end();`), expected: `${OCTETS} hi` },
    {
      title: 'pipeline from a Readable',
      ...streaming(
        `await pipeline(Readable.from(['a', 'b', 'c']), stream);`,
        `import { Readable } from 'node:stream'; import { pipeline } from 'node:stream/promises';\n`,
      ),
      expected: `${OCTETS} abc`,
    },
    {
      title: 'pipe from a Readable',
      ...streaming(
        `await new Promise((resolve) => Readable.from(['a', 'b']).pipe(stream).on('finish', resolve));`,
        `import { Readable } from 'node:stream';\n`,
      ),
      expected: `${OCTETS} ab`,
    },
    {
      title: 'a megabyte, by the rules of backpressure',
      ...streaming(`for (let i = 0; i < 64; i += 1) if (!stream.write('x'.repeat(16384))) await new Promise((r) => stream.once('drain', r));
stream.end();`),
      expected: `${OCTETS} xxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxx (1048576 bytes)`,
    },
    {
      title: 'the callback of a write, and of the end',
      ...streaming(
        `await new Promise((resolve) => stream.write('x', resolve)); await new Promise((resolve) => stream.end('y', resolve));`,
      ),
      expected: `${OCTETS} xy`,
    },
    {
      title: 'a throw before the first byte',
      ...streaming(`throw new RangeError('early');`),
      expected: `${OCTETS} failed by RangeError: early`,
    },
    {
      title: 'a throw after the first byte',
      ...streaming(`stream.write('x'); throw new RangeError('midway');`),
      expected: `${OCTETS} x failed by RangeError: midway`,
      trace: {
        callback: ['RangeError: midway', '    at Runtime.handler (file:///var/task/index.mjs:1:113)'],
        promise: ['RangeError: midway', '    at StreamingInvokeProcessor.handler (file:///var/task/index.mjs:1:113)'],
      },
    },
    {
      title: 'a string thrown after the first byte',
      ...streaming(`stream.write('x'); throw 'midway';`),
      expected: `${OCTETS} x failed by string: midway`,
    },
    {
      title: 'a throw after the end',
      ...streaming(`stream.write('x'); stream.end(); throw new RangeError('after');`),
      expected: `${OCTETS} x`,
    },
    {
      title: 'a failure of a stream, and a success after it in the same process',
      ...esm(`let count = 0;
export const handler = awslambda.streamifyResponse(async ({ fail }, stream) => {
  count += 1; if (fail) throw new Error('boom'); stream.write(String(count)); stream.end();
});`),
      invocations: [{ event: '{"fail":true}' }, {}],
      expected: [`${OCTETS} failed by Error: boom`, `${OCTETS} 2`],
    },
    {
      title: 'a value that is returned',
      ...streaming(`stream.write('x'); stream.end(); return 'ignored';`),
      expected: `${OCTETS} x`,
      output: ['<time>\t<request id>\tWARN\tStreaming handlers ignore return values.'],
    },
    {
      title: 'a handler that is not async and ended its stream',
      ...esm(
        `export const handler = awslambda.streamifyResponse((event, stream) => { stream.write('x'); stream.end(); });`,
      ),
      expected: `${OCTETS} x`,
    },
    {
      title: 'a handler that is not async and did not end its stream',
      ...esm(`export const handler = awslambda.streamifyResponse((event, stream) => { stream.write('x'); });`),
      expected: {
        callback: `${OCTETS} x failed by string: Streaming does not support non-async handlers.`,
        promise: `${OCTETS} x failed by Error: Streaming does not support non-async handlers.`,
      },
    },
    {
      title: 'a handler that returns first and ends its stream later',
      ...streaming(`stream.write('x'); setTimeout(() => stream.end('y'), 20);`),
      expected: `${OCTETS} xy`,
    },
    {
      title: 'a stream that is ended twice',
      ...streaming('stream.end("x"); stream.end();'),
      expected: `${OCTETS} x`,
    },
    {
      title: 'a stream that is never ended',
      ...streaming(`stream.write('x');`),
      invocations: [{ timeoutMs: 1000 }],
      expected: `${OCTETS} x failed by Sandbox.Timeout: RequestId: <request id> Error: Task timed out after 1.00 seconds`,
    },
    {
      title: 'a handler that streams and never settles',
      ...streaming(`stream.write('x'); await new Promise((r) => setTimeout(r, 60000));`),
      invocations: [{ timeoutMs: 1000 }],
      expected: `${OCTETS} x failed by Sandbox.Timeout: RequestId: <request id> Error: Task timed out after 1.00 seconds`,
    },
    {
      title: 'process.exit within a stream',
      ...streaming(`stream.write('x'); ${UNTIL_ARRIVED} process.exit(3);`, WITH_EXISTS),
      expected: `${OCTETS} x ${BROKEN_OFF} 3`,
    },
    {
      title: 'a rejection nobody handles within a stream',
      ...streaming(
        `stream.write('x'); ${UNTIL_ARRIVED} void Promise.reject(new Error('float')); await new Promise((r) => setTimeout(r, 60000));`,
        WITH_EXISTS,
      ),
      expected: {
        callback: `${OCTETS} x ${BROKEN_OFF} 128`,
        promise: `${OCTETS} x ${BROKEN_OFF} 1`,
      },
    },
    {
      title: 'a write after the end',
      ...streaming(`stream.end('x'); stream.write('y'); await new Promise((r) => setTimeout(r, 50));`),
      invocations: [{ endsAfterwards: true }],
      expected: {
        callback:
          'ERR Runtime.UnhandledPromiseRejection: Error [ERR_STREAM_WRITE_AFTER_END]: write after end; then exit status 128',
        promise: 'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited with error: exit status 1',
      },
    },
    {
      title: 'destroy with an error',
      ...streaming(
        `stream.write('x'); ${UNTIL_ARRIVED} stream.destroy(new Error('destroyed')); await new Promise((r) => setTimeout(r, 60000));`,
        WITH_EXISTS,
      ),
      expected: {
        callback: `${OCTETS} x ${BROKEN_OFF} 128`,
        promise: `${OCTETS} x ${BROKEN_OFF} 1`,
      },
    },
    {
      title: 'what kind of object the stream is',
      ...esm(`import { Writable } from 'node:stream';
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  stream.end(JSON.stringify([stream instanceof Writable, Object.keys(stream), context.callbackWaitsForEmptyEventLoop ?? null]));
});`),
      expected: {
        callback: `${OCTETS} [false,["cork","destroy","end","uncork","write","addListener","emit","eventNames","getMaxListeners","listenerCount","listeners","off","on","once","prependListener","prependOnceListener","rawListeners","removeAllListeners","removeListener","setMaxListeners","setContentType"],true]`,
        promise: `${OCTETS} [false,["cork","destroy","end","uncork","write","addListener","on","once","prependListener","prependOnceListener","off","removeListener","removeAllListeners","setMaxListeners","getMaxListeners","listeners","rawListeners","listenerCount","eventNames","emit","setContentType"],null]`,
      },
    },
    {
      title: 'the state of the stream before, during and after',
      ...streaming(`const seen = [stream.writable, stream.writableEnded, stream.writableFinished, stream.destroyed, stream.writableLength, stream.writableObjectMode, stream.writableCorked, stream.writableNeedDrain];
stream.setContentType('application/json'); stream.write(JSON.stringify(seen)); stream.end(); seen.push(stream.writableEnded);
console.log(stream.writableEnded, stream.writable);`),
      expected: 'STREAM application/json [true,false,false,false,0,false,0,false]',
    },
    {
      title: 'a high-water mark is for the connection, not for the stream',
      ...esm(`import { getDefaultHighWaterMark } from 'node:stream';
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.end(String(stream.writableHighWaterMark === getDefaultHighWaterMark(false)));
}, { highWaterMark: 4096 });`),
      expected: `${OCTETS} true`,
    },
    {
      title: 'the members of the context of a streaming handler',
      ...streaming('stream.end(Object.keys(context).join());'),
      expected: {
        callback: `${OCTETS} callbackWaitsForEmptyEventLoop,functionVersion,functionName,memoryLimitInMB,logGroupName,logStreamName,clientContext,identity,invokedFunctionArn,awsRequestId,tenantId,getRemainingTimeInMillis`,
        promise: `${OCTETS} clientContext,identity,invokedFunctionArn,awsRequestId,tenantId,xRayTraceId,getRemainingTimeInMillis,functionName,functionVersion,memoryLimitInMB,logGroupName,logStreamName`,
      },
    },
    {
      title: 'the mark that streamifyResponse puts on the function, which it returns',
      ...esm(`const fn = async () => {};
const marked = awslambda.streamifyResponse(fn, { highWaterMark: 7 });
const seen = [marked === fn, ...Object.getOwnPropertySymbols(fn).map((symbol) => [String(symbol), fn[symbol]])];
export const handler = async () => seen;`),
      expected:
        'OK [true,["Symbol(aws.lambda.runtime.handler.streaming)","response"],["Symbol(aws.lambda.runtime.handler.streaming.highWaterMark)",7]]',
    },
    {
      title: 'a handler with three parameters that streams is no callback handler',
      ...streaming(`stream.end('ok');`),
      expected: `${OCTETS} ok`,
      output: [],
    },
    {
      title: 'a timer that is left when a stream has ended: only the older runtime waits for it',
      ...streaming(
        `if (event.first) timer = new Promise((r) => setTimeout(() => r(console.log('timer')), 300)); else await timer;
stream.end('x');`,
        'let timer; ',
      ),
      invocations: [{ event: '{"first":true}' }, {}],
      expected: [`${OCTETS} x`, `${OCTETS} x`],
      output: {
        callback: ['<time>\t<request id>\tINFO\ttimer'],
        promise: ['<time>\t<request id 2>\tINFO\ttimer'],
      },
    },
    {
      title: 'the request id in the InvokeStore of a streaming handler',
      ...streaming(`stream.end(String(awslambda.InvokeStore?.getRequestId()));`),
      expected: { callback: `${OCTETS} undefined`, promise: `${OCTETS} <request id>` },
    },
    {
      title: 'write with null',
      ...streaming('stream.write(null); stream.end();'),
      expected: `${OCTETS} failed by TypeError: Cannot read properties of null (reading 'length')`,
    },
    {
      title: 'an error within a stream in the log',
      ...streaming(`throw new RangeError('early');`),
      expected: `${OCTETS} failed by RangeError: early`,
      output: {
        callback: [
          '<time>\t<request id>\tERROR\tInvoke Error \t{"errorType":"RangeError","errorMessage":"early","stack":["RangeError: early","    at Runtime.handler (file:///var/task/index.mjs:1:94)"]}',
        ],
        promise: [
          '<time>\t<request id>\tERROR\tInvoke Error \t{"errorType":"RangeError","errorMessage":"early","stack":["RangeError: early","    at StreamingInvokeProcessor.handler (file:///var/task/index.mjs:1:94)"]}',
        ],
      },
    },
    {
      title: 'chunks arrive while the handler still runs',
      // It would time out otherwise.
      ...streaming(`stream.write('first,'); ${UNTIL_ARRIVED} stream.end(' then second');`, WITH_EXISTS),
      expected: `${OCTETS} first, then second`,
    },
  ],
};
