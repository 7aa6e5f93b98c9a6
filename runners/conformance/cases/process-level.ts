import type { Section } from '../conformance-case.ts';
import { cjs, esm, handler } from './package-files.ts';

const EXITED = 'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited';
const WITHOUT_REASON = `${EXITED} without providing a reason`;
const WITH_STATUS = (status: number): string => `${EXITED} with error: exit status ${status}`;

/** Of the second invocation. */
const LATER_WITH_STATUS = (status: number): string => WITH_STATUS(status).replace('request id', 'request id 2');

const NEVER_SETTLED =
  'ERR Runtime.NodeJsExit: The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

/** Fails in a way of its own, then counts: the number says whether the process is a new one. */
const counting = (failure: string): string => `let count = 0;
export const handler = async ({ fail }) => { count += 1; if (fail) { ${failure} } return count; };`;

const FAIL_FIRST = [{ event: '{"fail":true}' }, {}];

export const PROCESS_LEVEL: Section = {
  title: 'Process level',
  cases: [
    {
      title: 'an async handler that never settles, and an empty event loop',
      ...esm(counting('await new Promise(() => {});')),
      invocations: FAIL_FIRST,
      expected: { callback: [NEVER_SETTLED, 'OK 2'], promise: [WITHOUT_REASON, 'OK 1'] },
    },
    {
      title: 'a plain function that returns a promise which never settles',
      ...handler('() => new Promise(() => {})'),
      expected: { callback: 'OK null', promise: WITHOUT_REASON },
    },
    {
      title: 'a rejection nobody handles while the invocation is open',
      ...esm(counting(`void Promise.reject(new Error('float')); await new Promise((r) => setTimeout(r, 50));`)),
      invocations: FAIL_FIRST,
      expected: {
        callback: ['ERR Runtime.UnhandledPromiseRejection: Error: float; then exit status 128', 'OK 1'],
        promise: [WITH_STATUS(1), 'OK 1'],
      },
    },
    {
      title: 'a rejection with a string nobody handles',
      ...handler(`async () => { void Promise.reject('float'); await new Promise((r) => setTimeout(r, 50)); }`),
      expected: {
        callback: 'ERR Runtime.UnhandledPromiseRejection: float; then exit status 128',
        promise: WITH_STATUS(1),
      },
    },
    {
      title: 'a rejection nobody handles, when the handler returns in the same turn',
      ...esm(counting(`void Promise.reject(new Error('float'));`)),
      invocations: [{ event: '{"fail":true}', endsAfterwards: true }, {}],
      expected: {
        callback: ['OK 1; then exit status 128', 'OK 1'],
        promise: [WITH_STATUS(1), 'OK 1'],
      },
    },
    {
      title: 'a rejection that the user listens for',
      ...esm(`process.on('unhandledRejection', () => {});
export const handler = async () => { void Promise.reject(new Error('float')); await new Promise((r) => setTimeout(r, 50)); return 1; };`),
      expected: {
        callback: 'ERR Runtime.UnhandledPromiseRejection: Error: float; then exit status 128',
        promise: 'OK 1',
      },
    },
    {
      title: 'a rejection that comes after the answer, while the environment is frozen',
      ...esm(counting(`setTimeout(() => Promise.reject(new Error('late')), 100);`)),
      invocations: [{ event: '{"fail":true}', frozenMs: 200 }, {}, {}],
      expected: {
        callback: ['OK 1', LATER_WITH_STATUS(128), 'OK 1'],
        promise: ['OK 1', LATER_WITH_STATUS(1), 'OK 1'],
      },
    },
    {
      title: 'an exception in a timer',
      ...esm(
        counting(
          `setTimeout(() => { throw new TypeError('timer'); }, 5); await new Promise((r) => setTimeout(r, 60000));`,
        ),
      ),
      invocations: FAIL_FIRST,
      expected: { callback: ['ERR TypeError: timer; then exit status 129', 'OK 1'], promise: [WITH_STATUS(1), 'OK 1'] },
    },
    {
      title: 'an exception that the user listens for',
      ...esm(`process.on('uncaughtException', () => {});
export const handler = async () => { setTimeout(() => { throw new TypeError('timer'); }, 5); await new Promise((r) => setTimeout(r, 50)); return 1; };`),
      expected: { callback: 'ERR TypeError: timer; then exit status 129', promise: 'OK 1' },
    },
    {
      title: 'process.exit(0)',
      ...esm(counting('process.exit(0);')),
      invocations: FAIL_FIRST,
      expected: [WITHOUT_REASON, 'OK 1'],
    },
    {
      title: 'process.exit(3)',
      ...esm(counting('process.exit(3);')),
      invocations: FAIL_FIRST,
      expected: [WITH_STATUS(3), 'OK 1'],
    },
    {
      title: 'process.abort()',
      ...esm(counting('process.abort();')),
      invocations: FAIL_FIRST,
      expected: [`${EXITED} with error: signal: aborted (core dumped)`, 'OK 1'],
    },
    {
      title: 'the process kills itself',
      ...esm(counting(`process.kill(process.pid, 'SIGKILL'); await new Promise((r) => setTimeout(r, 60000));`)),
      invocations: FAIL_FIRST,
      expected: [`${EXITED} with error: signal: killed`, 'OK 1'],
    },
    {
      title: 'the process sends itself SIGTERM',
      ...esm(counting(`process.kill(process.pid, 'SIGTERM'); await new Promise((r) => setTimeout(r, 60000));`)),
      invocations: FAIL_FIRST,
      expected: [`${EXITED} with error: signal: terminated`, 'OK 1'],
    },
    {
      title: 'a string thrown in a timer',
      ...handler(
        `async () => { setTimeout(() => { throw 'str'; }, 5); await new Promise((r) => setTimeout(r, 60000)); }`,
      ),
      expected: { callback: 'ERR string: str; then exit status 129', promise: WITH_STATUS(1) },
    },
    {
      title: 'an exception in process.nextTick',
      ...handler(
        `async () => { process.nextTick(() => { throw new RangeError('tick'); }); await new Promise((r) => setTimeout(r, 60000)); }`,
      ),
      expected: { callback: 'ERR RangeError: tick; then exit status 129', promise: WITH_STATUS(1) },
    },
    {
      title: 'a rejection with undefined nobody handles',
      ...handler(`async () => { void Promise.reject(); await new Promise((r) => setTimeout(r, 60000)); }`),
      expected: {
        callback: 'ERR Runtime.UnhandledPromiseRejection: ; then exit status 128',
        promise: WITH_STATUS(1),
      },
    },
    {
      title: 'a rejection that is handled too late',
      ...handler(
        `async () => { const late = Promise.reject(new Error('late')); await new Promise((r) => setTimeout(r, 2000)); await late.catch(() => {}); return 1; }`,
      ),
      expected: {
        callback: 'ERR Runtime.UnhandledPromiseRejection: Error: late; then exit status 128',
        promise: WITH_STATUS(1),
      },
    },
    {
      title: 'what was printed before process.exit is not lost',
      ...handler(`async () => { console.log('before'); process.exit(0); }`),
      expected: WITHOUT_REASON,
      output: ['<time>\t<request id>\tINFO\tbefore'],
    },
    {
      title: 'an exit code that is set, and a handler that goes on',
      ...handler('async () => { process.exitCode = 5; return 1; }'),
      invocations: [{}, {}],
      expected: ['OK 1', 'OK 1'],
    },
    {
      title: 'a beforeExit listener of the function',
      ...esm(`process.on('beforeExit', () => console.log('the event loop is empty'));
export const handler = (event, context, callback) => {};`),
      env: { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: '1' },
      expected: {
        callback: 'OK null',
        promise:
          'ERR Runtime.CallbackHandlerDeprecated: ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.; then exit status 1',
      },
    },
    {
      title: 'the time is over while the handler waits',
      ...esm(counting('await new Promise((r) => setTimeout(r, 60000));')),
      invocations: [{ event: '{"fail":true}', timeoutMs: 1000 }, {}],
      expected: ['ERR Sandbox.Timedout: RequestId: <request id> Error: Task timed out after 1.00 seconds', 'OK 1'],
    },
    {
      title: 'the time is over while the handler computes',
      ...esm(counting('for (;;) {}')),
      invocations: [{ event: '{"fail":true}', timeoutMs: 1000 }, {}],
      expected: ['ERR Sandbox.Timedout: RequestId: <request id> Error: Task timed out after 1.00 seconds', 'OK 1'],
    },
    {
      title: 'timers that are left run on and log under the next request id',
      ...esm(`export const handler = async ({ first }) => {
  if (first) { setTimeout(() => { console.log('left behind'); ended(); }, 150); return 'first'; }
  await end;
  return 'second';
};
let ended;
const end = new Promise((resolve) => { ended = resolve; });`),
      invocations: [{ event: '{"first":true}' }, {}],
      expected: ['OK "first"', 'OK "second"'],
      output: ['<time>\t<request id 2>\tINFO\tleft behind'],
    },
    {
      title: 'an exit in an exit hook changes nothing of an answer',
      ...cjs(`process.on('exit', () => { process.exitCode = 9; }); exports.handler = async () => process.exit();`),
      expected: WITH_STATUS(9),
    },
    {
      title: 'an event that is no JSON',
      ...handler('async (event) => event'),
      invocations: [{ event: '{"a":' }, {}],
      expected: {
        callback: ['ERR SyntaxError: Unexpected end of JSON input', 'OK {}'],
        promise: [WITH_STATUS(1), 'OK {}'],
      },
    },
    {
      title: 'an async handler with a pending timer that it does not wait for',
      ...handler('async () => { setTimeout(() => {}, 600000); return 1; }'),
      invocations: [{}, {}],
      expected: ['OK 1', 'OK 1'],
    },
  ],
};
