import { blockOutput } from './blocking-output.ts';
import { serveCallbackGeneration } from './callback-generation.ts';
import { takeControl, underControl } from './control.ts';
import { INSPECT_BRK_VARIABLE } from './control-protocol.ts';
import { waitForDebugger } from './debugging.ts';
import { ENTRY_EXPORT_VARIABLE, ENTRY_FILE_VARIABLE } from './entry-variables.ts';
import { initReport } from './error-report.ts';
import { reportFailures } from './failures.ts';
import { generationOf } from './generation.ts';
import { createInvokeStore } from './invoke-store.ts';
import { type HandlerLocation, loadHandler } from './load-handler.ts';
import { patchConsole } from './log.ts';
import { refuseCallbackHandler, servePromiseGeneration } from './promise-generation.ts';
import { globalRequest } from './running-request.ts';
import { connectToRuntimeApi, type RuntimeConnection } from './runtime-connection.ts';
import { defineAwsLambdaGlobal, streamingMembers, streamingOf } from './streaming-handler.ts';

async function runCallbackGeneration(location: HandlerLocation, connection: RuntimeConnection): Promise<void> {
  const log = patchConsole({ env: process.env, generation: 'callback', request: globalRequest });
  defineAwsLambdaGlobal({ ...streamingMembers }, process.env);
  const failures = reportFailures({ connection, log });
  try {
    const handler = await loadHandler(location, 'callback');
    const streaming = streamingOf(handler, 'callback');
    if (!failures.ending) serveCallbackGeneration({ connection, handler, streaming, log, failures });
  } catch (error) {
    failures.uncaught(error);
  }
}

async function runPromiseGeneration(location: HandlerLocation, connection: RuntimeConnection): Promise<void> {
  const store = createInvokeStore();
  const request = {
    get requestId() {
      return store.getRequestId();
    },
    get tenantId() {
      return store.getTenantId();
    },
  };
  const log = patchConsole({ env: process.env, generation: 'promise', request });
  defineAwsLambdaGlobal({ ...streamingMembers, InvokeStore: store }, process.env);
  const load = async () => {
    const handler = await loadHandler(location, 'promise');
    const streaming = streamingOf(handler, 'promise');
    if (streaming === undefined) refuseCallbackHandler(handler);
    return { handler, streaming };
  };
  const loaded = await load().catch(async (error: unknown) => {
    log.error('Init Error', error);
    await connection.reportInitError(initReport(error, 'promise'));
    // Nobody handles it: that ends the process, with exit status 1.
    throw error;
  });
  await servePromiseGeneration({ connection, ...loaded, log, store });
}

function takeLocation(env: NodeJS.ProcessEnv): HandlerLocation {
  const { [ENTRY_FILE_VARIABLE]: file, [ENTRY_EXPORT_VARIABLE]: exportPath = 'handler' } = env;
  const stopsBefore = env[INSPECT_BRK_VARIABLE] === '1';
  delete env[ENTRY_FILE_VARIABLE];
  delete env[ENTRY_EXPORT_VARIABLE];
  delete env[INSPECT_BRK_VARIABLE];
  return {
    taskRoot: env.LAMBDA_TASK_ROOT ?? process.cwd(),
    handler: env._HANDLER ?? '',
    entry: file === undefined ? undefined : { file, exportPath },
    stopsBefore,
  };
}

blockOutput();
// What a held process is told may be in any variable: none is read before.
const control = await takeControl(process.env);
const address = process.env.AWS_LAMBDA_RUNTIME_API;
if (address === undefined) {
  process.stderr.write('AWS_LAMBDA_RUNTIME_API is not set: this program is started by an execution environment.\n');
  process.exit(1);
}
const location = takeLocation(process.env);
const direct = connectToRuntimeApi(address);
const connection = control === undefined ? direct : underControl(direct, control);
if (location.stopsBefore) await waitForDebugger((url) => control?.pipe.report({ type: 'inspector', url }));
if (generationOf(process.env) === 'promise') {
  // Not awaited at the top level: a handler that never settles ends the process with 0 in this generation, not with 13.
  void runPromiseGeneration(location, connection);
} else {
  await runCallbackGeneration(location, connection);
}
