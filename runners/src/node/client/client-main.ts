import { nodeMajor } from '../runtime-name.ts';
import { serveCallbackGeneration } from './callback-generation.ts';
import { ENTRY_EXPORT_VARIABLE, ENTRY_FILE_VARIABLE } from './entry-variables.ts';
import { reportFailures } from './failures.ts';
import { type HandlerLocation, loadHandler } from './load-handler.ts';
import { type Log, patchConsole } from './log.ts';
import { refuseCallbackHandler, servePromiseGeneration } from './promise-generation.ts';
import { connectToRuntimeApi, type RuntimeConnection } from './runtime-connection.ts';
import { promiseEraErrorBody } from './runtime-error.ts';
import { defineAwsLambdaGlobal, refuseStreamingHandler } from './streaming.ts';

/** From this version on Lambda runs the rewritten runtime. */
const FIRST_OF_PROMISE_GENERATION = 24;

const EXIT_AFTER_INIT_ERROR = 1;

async function runCallbackGeneration(location: HandlerLocation, connection: RuntimeConnection): Promise<void> {
  const log = patchConsole({ env: process.env, requestIdAtInit: undefined });
  const failures = reportFailures({ connection, log });
  try {
    const handler = await loadHandler(location, 'callback');
    refuseStreamingHandler(handler, 'callback');
    if (!failures.ending) serveCallbackGeneration({ connection, handler, log, failures });
  } catch (error) {
    failures.uncaught(error);
  }
}

async function runPromiseGeneration(location: HandlerLocation, connection: RuntimeConnection): Promise<void> {
  const log = patchConsole({ env: process.env, requestIdAtInit: '-' });
  const handler = await loadHandler(location, 'promise')
    .then((loaded) => {
      refuseStreamingHandler(loaded, 'promise');
      refuseCallbackHandler(loaded);
      return loaded;
    })
    .catch((error: unknown) => endAfterInitError({ error, connection, log }));
  await servePromiseGeneration({ connection, handler, log });
}

interface InitError {
  readonly error: unknown;
  readonly connection: RuntimeConnection;
  readonly log: Log;
}

async function endAfterInitError({ error, connection, log }: InitError): Promise<never> {
  log.error('Init Error', error);
  const body = promiseEraErrorBody(error);
  await connection.reportInitError({ errorType: body.errorType, body: JSON.stringify(body) });
  process.exit(EXIT_AFTER_INIT_ERROR);
}

function takeLocation(env: NodeJS.ProcessEnv): HandlerLocation {
  const file = env[ENTRY_FILE_VARIABLE];
  const exportPath = env[ENTRY_EXPORT_VARIABLE] ?? 'handler';
  delete env[ENTRY_FILE_VARIABLE];
  delete env[ENTRY_EXPORT_VARIABLE];
  return {
    taskRoot: env.LAMBDA_TASK_ROOT ?? process.cwd(),
    handler: env._HANDLER ?? '',
    entry: file === undefined ? undefined : { file, exportPath },
  };
}

const address = process.env.AWS_LAMBDA_RUNTIME_API;
if (address === undefined) {
  process.stderr.write('AWS_LAMBDA_RUNTIME_API is not set: this program is started by an execution environment.\n');
  process.exit(1);
}
const location = takeLocation(process.env);
const connection = connectToRuntimeApi(address);
defineAwsLambdaGlobal(process.env);
if (nodeMajor(process.env.AWS_EXECUTION_ENV) >= FIRST_OF_PROMISE_GENERATION) {
  // Not awaited at the top level: a handler that never settles ends the process with 0 in this generation, not with 13.
  void runPromiseGeneration(location, connection);
} else {
  await runCallbackGeneration(location, connection);
}
