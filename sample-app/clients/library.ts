import { join } from 'node:path';
import type { EmulatorOptions } from '@live-lambda/emulator';
import { type DeployedApp, deployApp } from '../test/fixtures/deployed-app.ts';
import { startTunnelProcess } from '../test/fixtures/tunnel-process.ts';

const appFolder = join(import.meta.dirname, 'app');

/** Where the functions run while a tunnel is open. */
export const functionsFolder = join(appFolder, 'functions');

/** Deploys the app whose functions and events the clients use. */
export const deployLibrary = (emulator: EmulatorOptions = {}): Promise<DeployedApp> =>
  deployApp({ appFolder, context: ['live-lambda=true'], emulator });

/** The same with a tunnel, so that the functions run in {@link functionsFolder}. */
export async function openLibrary(emulator: EmulatorOptions = {}): Promise<DeployedApp> {
  const app = await deployLibrary(emulator);
  try {
    const tunnel = await startTunnelProcess(app, appFolder);
    return {
      ...app,
      [Symbol.asyncDispose]: async () => {
        await tunnel[Symbol.asyncDispose]();
        await app[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
}
