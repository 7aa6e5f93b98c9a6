import { installationCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';

export type EmulatorModule = typeof import('@live-lambda/emulator');

/** Loaded for `live-lambda local` alone. @throws UserError where the package was left out of the installation. */
export async function loadEmulator(
  load: () => Promise<EmulatorModule> = () => import('@live-lambda/emulator'),
): Promise<EmulatorModule> {
  try {
    return await load();
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!missing) throw cause;
    throw new UserError(
      'The emulator is not installed: live-lambda finds no package @live-lambda/emulator.',
      `Install live-lambda again with all of its dependencies, for example \`${installationCommand('live-lambda')}\`.`,
      { cause },
    );
  }
}
