import type { DeployedCode } from './deployed-code.ts';
import { endLike } from './deployed-process.ts';
import { errorBody, errorHeaders, misconfigured } from './failure.ts';
import { openLink } from './open-link.ts';
import { run } from './run.ts';
import { createRuntimeClient, type RuntimeClient } from './runtime-client.ts';
import { readSettings, runtimeApiVariable, type Settings, SettingsError } from './settings.ts';

// What the door `handler`, a file of its own beside this one, shares with the door `runtime`.
export { log, misconfigured, openLink, readSettings, run, SettingsError };

const { env } = process;
const log = (line: string) => process.stdout.write(`live-lambda: ${line}\n`);

/**
 * What Lambda would have started without the stub. A file of its own holds it, which only the mode `fallback` loads: what
 * a cold start reads without it stays small.
 */
async function deployedCode(runtime: RuntimeClient, settings: Settings): Promise<DeployedCode | undefined> {
  if (settings.mode !== 'fallback') return undefined;
  const { openDeployedCode } = await import('./open-deployed-code.ts');
  return openDeployedCode(runtime, settings);
}

async function serve(): Promise<void> {
  const runtime = createRuntimeClient(env[runtimeApiVariable] ?? '');
  try {
    const settings = readSettings(env);
    const deployed = await deployedCode(runtime, settings);
    endLike(await run({ runtime, settings, link: openLink({ settings, log }), deployed, wallClockMs: Date.now, log }));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const failure = misconfigured(error, env.AWS_LAMBDA_FUNCTION_NAME);
    log(`${failure.errorType}: ${failure.errorMessage}`);
    await runtime.failInit(errorBody(failure), errorHeaders(failure));
    process.exit(1);
  }
}

/** The door `runtime`: this process stands where Lambda's runtime would, and lives as long as the environment does. */
export function start(): void {
  serve().catch((error: unknown) => {
    log(`the stub ended: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  });
}
