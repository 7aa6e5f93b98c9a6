import { type ControlPipe, openControlPipe } from './control-pipe.ts';
import { CONTROL_FD_VARIABLE, HOLD_VARIABLE, VARIABLES_VERSION_HEADER } from './control-protocol.ts';
import { inspectorUrl } from './debugging.ts';
import { type LoadedFiles, watchLoadedFiles } from './loaded-files.ts';
import type { RuntimeConnection } from './runtime-connection.ts';
import { warmUp } from './warm-up.ts';

const EXIT_WITHOUT_PARENT = 0;

/** What the program that started this one is told, and tells. */
export interface Control {
  readonly pipe: ControlPipe;
  readonly files: LoadedFiles;
}

/**
 * Takes up the control channel that the variables name, and takes them away. Where they say so, everything that can be
 * done before the handler's code is loaded is done now, and the rest waits for the order; the process ends if that can
 * never come. Undefined for a process that nobody controls.
 */
export async function takeControl(env: NodeJS.ProcessEnv): Promise<Control | undefined> {
  const { [CONTROL_FD_VARIABLE]: fd, [HOLD_VARIABLE]: hold } = env;
  delete env[CONTROL_FD_VARIABLE];
  delete env[HOLD_VARIABLE];
  if (fd === undefined) return undefined;
  const pipe = openControlPipe({ fd: Number(fd), env });
  const url = await inspectorUrl();
  if (url !== undefined) pipe.report({ type: 'inspector', url });
  if (hold === '1') {
    await warmUp(env.AWS_LAMBDA_RUNTIME_API);
    if (!(await pipe.hold())) process.exit(EXIT_WITHOUT_PARENT);
  }
  return { pipe, files: watchLoadedFiles({ onFiles: (files) => pipe.report({ type: 'loaded', files }) }) };
}

/** The connection, kept in step with the control channel: files are told before anything else is, variables are new. */
export function underControl(connection: RuntimeConnection, { pipe, files }: Control): RuntimeConnection {
  return {
    ...connection,
    next: async () => {
      files.flush();
      const invocation = await connection.next();
      await pipe.makeChanges(Number(invocation.headers[VARIABLES_VERSION_HEADER]) || 0);
      return invocation;
    },
    reportInitError: (report) => {
      files.flush();
      return connection.reportInitError(report);
    },
  };
}
