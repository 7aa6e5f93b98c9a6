import type { Section } from '../conformance-case.ts';
import { cjs, esm, handler } from './package-files.ts';

export const CONTEXT_AND_ENVIRONMENT: Section = {
  title: 'Context and environment',
  cases: [
    {
      title: 'the members of the context, in their order',
      ...handler('async (event, context) => Object.keys(context)'),
      expected: {
        callback:
          'OK ["callbackWaitsForEmptyEventLoop","succeed","fail","done","functionVersion","functionName","memoryLimitInMB","logGroupName","logStreamName","clientContext","identity","invokedFunctionArn","awsRequestId","tenantId","getRemainingTimeInMillis"]',
        promise:
          'OK ["clientContext","identity","invokedFunctionArn","awsRequestId","tenantId","xRayTraceId","getRemainingTimeInMillis","functionName","functionVersion","memoryLimitInMB","logGroupName","logStreamName"]',
      },
    },
    {
      title: 'the context as JSON',
      ...handler('async (event, context) => context'),
      expected: {
        callback:
          'OK {"callbackWaitsForEmptyEventLoop":true,"functionVersion":"$LATEST","functionName":"orders","memoryLimitInMB":"256","logGroupName":"/aws/lambda/orders","logStreamName":"2026/11/23/[$LATEST]0","invokedFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders","awsRequestId":"<request id>"}',
        promise:
          'OK {"invokedFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders","awsRequestId":"<request id>","xRayTraceId":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1","functionName":"orders","functionVersion":"$LATEST","memoryLimitInMB":"256","logGroupName":"/aws/lambda/orders","logStreamName":"2026/11/23/[$LATEST]0"}',
      },
    },
    {
      title: 'the types of the members of the context',
      ...handler('async (event, context) => Object.values(context).map((value) => typeof value).join()'),
      expected: {
        callback:
          'OK "boolean,function,function,function,string,string,string,string,string,undefined,undefined,string,string,undefined,function"',
        promise: 'OK "undefined,undefined,string,string,undefined,string,function,string,string,string,string,string"',
      },
    },
    {
      title: 'the name of getRemainingTimeInMillis, and what it is',
      ...handler(
        `async (event, { getRemainingTimeInMillis: left }) => [left.name, left.length, left() > 15000 && left() <= 20000, left() >= left()]`,
      ),
      expected: 'OK ["getRemainingTimeInMillis",0,true,true]',
    },
    {
      title: 'an alias in the ARN of the invocation',
      ...handler('async (event, context) => [context.invokedFunctionArn, context.functionVersion]'),
      env: { AWS_LAMBDA_FUNCTION_VERSION: '7' },
      invocations: [
        {
          headers: {
            'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:orders:live',
          },
        },
      ],
      expected: 'OK ["arn:aws:lambda:eu-west-1:123456789012:function:orders:live","7"]',
    },
    {
      title: 'client context, Cognito identity and tenant id',
      ...handler('async (event, context) => [context.clientContext, context.identity, context.tenantId]'),
      invocations: [
        {
          headers: {
            'lambda-runtime-client-context': '{"custom":{"a":"b"},"client":{"app_title":"t"}}',
            'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
            'lambda-runtime-aws-tenant-id': 'tenant-1',
          },
        },
        {},
      ],
      expected: [
        'OK [{"custom":{"a":"b"},"client":{"app_title":"t"}},{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"},"tenant-1"]',
        'OK [null,null,null]',
      ],
    },
    {
      title: 'client context that is no JSON',
      ...handler('async () => 1'),
      invocations: [{ headers: { 'lambda-runtime-client-context': 'nope' } }, {}],
      expected: {
        callback: [
          `ERR Error: Cannot parse ClientContext as json: SyntaxError: Unexpected token 'o', "nope" is not valid JSON`,
          'OK 1',
        ],
        promise: [
          'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited with error: exit status 1',
          'OK 1',
        ],
      },
    },
    {
      title: 'Cognito identity that is no JSON',
      ...handler('async () => 1'),
      invocations: [{ headers: { 'lambda-runtime-cognito-identity': 'nope' } }, {}],
      expected: {
        callback: [
          `ERR Error: Cannot parse CognitoIdentity as json: SyntaxError: Unexpected token 'o', "nope" is not valid JSON`,
          'OK 1',
        ],
        promise: [
          'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited with error: exit status 1',
          'OK 1',
        ],
      },
    },
    {
      title: 'client context in letters beyond Latin',
      ...handler('async (event, context) => context.clientContext'),
      invocations: [{ headers: { 'lambda-runtime-client-context': '{"custom":{"ä":"日本"}}' } }],
      expected: 'OK {"custom":{"ä":"日本"}}',
    },
    {
      title: 'the trace id in the environment: set for each invocation, taken away where there is none',
      ...esm(`const atInit = process.env._X_AMZN_TRACE_ID ?? null;
export const handler = async () => [atInit, process.env._X_AMZN_TRACE_ID ?? null];`),
      invocations: [{}, { headers: { 'lambda-runtime-trace-id': undefined } }],
      expected: [
        'OK [null,"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"]',
        'OK [null,null]',
      ],
    },
    {
      title: 'this in a function',
      ...cjs('exports.handler = async function () { return [typeof this, this.constructor.name]; };'),
      expected: { callback: 'OK ["object","Runtime"]', promise: 'OK ["object","BufferedInvokeProcessor"]' },
    },
    {
      title: 'this of a handler within an object',
      ...cjs(`exports.api = { word: 'mine', async handler() { return this.word ?? 'not mine'; } };`),
      handler: 'index.api.handler',
      expected: 'OK "not mine"',
    },
    {
      title: 'the time zone and the language',
      ...handler(
        'async () => [new Date(0).getTimezoneOffset(), new Date(0).toLocaleString(), Intl.DateTimeFormat().resolvedOptions().locale]',
      ),
      expected: 'OK [0,"1/1/1970, 12:00:00 AM","en-US"]',
    },
    {
      title: 'the working folder, __dirname and the task root',
      ...cjs(
        'exports.handler = async () => [process.cwd(), __dirname, __filename, process.env.LAMBDA_TASK_ROOT, process.env._HANDLER];',
      ),
      expected: 'OK ["/var/task","/var/task","/var/task/index.js","/var/task","index.handler"]',
    },
    {
      title: 'import.meta of an ES module',
      ...handler('async () => [import.meta.url, import.meta.dirname, import.meta.filename]'),
      expected: 'OK ["file:///var/task/index.mjs","/var/task","/var/task/index.mjs"]',
    },
    {
      title: 'CommonJS finds neither a main module nor a parent that is its own',
      ...cjs('exports.handler = async () => [require.main === module, typeof module.parent, module.id];'),
      expected: {
        callback: 'OK [false,"object","/var/task/index.js"]',
        promise: 'OK [false,"undefined","/var/task/index.js"]',
      },
    },
    {
      title: 'the global awslambda',
      ...handler(
        'async () => [Object.keys(awslambda), Object.keys(awslambda.HttpResponseStream), typeof awslambda.streamifyResponse]',
      ),
      expected: {
        callback: 'OK [["streamifyResponse","HttpResponseStream"],[],"function"]',
        promise: 'OK [["streamifyResponse","HttpResponseStream","InvokeStore"],[],"function"]',
      },
    },
    {
      title: 'AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA=1 takes the global away',
      ...handler('async () => typeof awslambda'),
      env: { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: '1' },
      expected: 'OK "undefined"',
    },
    {
      title: 'AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA=true takes the global away',
      ...handler('async () => typeof awslambda'),
      env: { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: 'true' },
      expected: 'OK "undefined"',
    },
    {
      title: 'the request id, trace id and tenant id of the InvokeStore',
      ...handler(`async () => {
  const store = globalThis.awslambda.InvokeStore;
  return store === undefined ? 'none' : [store.getRequestId(), store.getXRayTraceId(), store.getTenantId() ?? null, store.hasContext()];
}`),
      expected: {
        callback: 'OK "none"',
        promise:
          'OK ["<request id>","Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",null,true]',
      },
    },
    {
      title: 'the InvokeStore within a timer and after an await',
      ...handler(`async () => {
  const store = globalThis.awslambda.InvokeStore;
  if (store === undefined) return 'none';
  await new Promise((resolve) => setTimeout(resolve, 1));
  return store.getRequestId();
}`),
      expected: { callback: 'OK "none"', promise: 'OK "<request id>"' },
    },
    {
      title: 'values of its own in the InvokeStore, for one invocation',
      ...handler(`async () => {
  const store = globalThis.awslambda.InvokeStore;
  if (store === undefined) return 'none';
  const before = store.get('key') ?? null;
  store.set('key', 'value');
  return [before, store.get('key'), Object.keys(store.getContext())];
}`),
      invocations: [{}, {}],
      expected: {
        callback: ['OK "none"', 'OK "none"'],
        promise: ['OK [null,"value",["key"]]', 'OK [null,"value",["key"]]'],
      },
    },
    {
      title: 'the request id in the InvokeStore cannot be changed',
      ...handler(`async () => {
  const store = globalThis.awslambda.InvokeStore;
  return store === undefined ? 'none' : store.set(Symbol.for('_AWS_LAMBDA_REQUEST_ID'), 'other');
}`),
      expected: {
        callback: 'OK "none"',
        promise: 'ERR Error: Cannot modify protected Lambda context field: Symbol(_AWS_LAMBDA_REQUEST_ID)',
      },
    },
    {
      title: 'the InvokeStore before the first invocation',
      ...esm(`const store = globalThis.awslambda.InvokeStore;
const atInit = store === undefined ? 'none' : [store.getRequestId(), store.hasContext(), store.getXRayTraceId() ?? null];
export const handler = async () => atInit;`),
      expected: { callback: 'OK "none"', promise: 'OK ["-",false,null]' },
    },
    {
      title: 'where libraries find the request id of the older runtime',
      ...handler(`async () => globalThis[Symbol.for('aws.lambda.runtime.requestId')] ?? 'nowhere'`),
      expected: { callback: 'OK "<request id>"', promise: 'OK "nowhere"' },
    },
    {
      title: 'the flags of Node: no require of ES modules, a heap for the memory, a garbage collector to call',
      ...handler(
        `async () => [process.features.require_module ?? false, typeof gc, process.execArgv.filter((flag) => flag.startsWith('--max')).join(' ')]`,
      ),
      expected:
        'OK [false,"function","--max-http-header-size=81920 --max-semi-space-size=12 --max-old-space-size=230"]',
    },
    {
      title: 'the arguments of the program',
      ...handler('async () => process.argv.slice(1)'),
      expected: 'OK ["/var/runtime/index.mjs"]',
    },
    {
      title: 'the variables that the client itself adds to the environment',
      ...handler(`async () => Object.keys(process.env).filter((name) => /LIVE_LAMBDA|TELEMETRY|^NODE_/.test(name))`),
      env: { _LAMBDA_TELEMETRY_LOG_FD: '1' },
      expected: 'OK []',
    },
    {
      title: 'the version of the function is missing from the environment',
      ...handler('async (event, context) => typeof context.functionVersion'),
      env: { AWS_LAMBDA_FUNCTION_VERSION: '' },
      expected: {
        callback: 'OK "string"',
        promise: 'ERR Runtime.ExitError: RequestId: <request id> Error: Runtime exited with error: exit status 1',
      },
    },
    {
      title: 'nothing that the client keeps open holds the event loop',
      ...handler(`async () => process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY/.test(name))`),
      expected: 'OK []',
    },
  ],
};
