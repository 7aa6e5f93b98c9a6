import { createHandlerDoor } from './handler-door.ts';
import { log, misconfigured, openLink, readSettings, run, SettingsError } from './main.ts';

function settingsOrThrow() {
  const { env } = process;
  try {
    const settings = readSettings(env);
    if (settings.mode !== 'fallback') return settings;
    throw new SettingsError('its stub stands before the code as a handler, which cannot start it: deploy it again');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const { errorType, errorMessage } = misconfigured(error, env.AWS_LAMBDA_FUNCTION_NAME);
    // The host's runtime tells it as the function's failed initialisation, by its name and message.
    throw Object.assign(new Error(errorMessage), { name: errorType });
  }
}

const settings = settingsOrThrow();
const door = createHandlerDoor({ settings, wallClockMs: Date.now, traceId: () => process.env._X_AMZN_TRACE_ID });

/** The door `handler`: what a host calls that takes nothing but a handler. */
export const { handler } = door;

run({ runtime: door.runtime, settings, link: openLink({ settings, log }), wallClockMs: Date.now, log }).catch(
  (error: unknown) => {
    log(`the stub ended: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  },
);
