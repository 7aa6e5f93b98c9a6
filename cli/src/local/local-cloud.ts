import type { Deployment, Emulator } from '@live-lambda/emulator';
import { readManifests } from '../functions/manifest-file.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { type AssemblyWatch, watchAssembly } from './assembly-watch.ts';
import { emulatedPlace, type StackPlace } from './emulated-place.ts';
import type { Invocable } from './how-to-invoke.ts';
import { loadEmulator } from './load-emulator.ts';
import { type LocalRecord, publishLocal } from './local-record.ts';

export interface LocalCloudOptions {
  /** Absolute; of an app that was synthesized in live mode. */
  readonly assembly: string;
  /** Of the endpoint; any that is free if not given. */
  readonly port: number | undefined;
  readonly cacheFolder: string;
  /** Told when the app was deployed again, or could not be. */
  readonly onDeployed: (news: { readonly deployed: DeployedApp } | { readonly failed: UserError }) => void;
}

export interface DeployedApp {
  readonly functions: readonly Invocable[];
  /** How many resources have no emulation, by their type. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A cloud on this machine, with an app in it that is deployed again when it is synthesized again. */
export interface LocalCloud {
  readonly record: LocalRecord;
  readonly app: DeployedApp;
  /** Ends every process of it and removes every file. */
  close(): Promise<void>;
}

/** @throws UserError when the app is not in live mode, cannot be deployed, or the port is taken */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { assembly, cacheFolder, onDeployed } = options;
  const place = emulatedPlace(await livePlaces(assembly));
  const { Emulator, DeploymentError } = await loadEmulator();
  const emulator = await start(Emulator, { ...place, port: options.port });
  const deploy = async (): Promise<DeployedApp> => {
    try {
      return describe(await emulator.deploy(assembly));
    } catch (cause) {
      if (!(cause instanceof DeploymentError)) throw cause;
      throw new UserError(
        `The app cannot be deployed into the emulator: ${cause.message}`,
        'Correct the app and synthesize it again.',
        { cause },
      );
    }
  };
  try {
    const app = await deploy();
    const record = recordOf(emulator, assembly);
    const published = publishLocal(cacheFolder, record);
    const watch = await watchAssembly(assembly, async () => {
      try {
        onDeployed({ deployed: await deploy() });
      } catch (error) {
        onDeployed({ failed: error instanceof UserError ? error : defect(error) });
      }
    });
    return { record, app, close: () => close(emulator, { watch, published }) };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

async function close(
  emulator: Emulator,
  { watch, published }: { readonly watch: AssemblyWatch; readonly published: { remove(): void } },
): Promise<void> {
  watch.close();
  published.remove();
  await emulator.close();
}

async function start(
  { start: startEmulator }: typeof Emulator,
  { port, ...place }: { readonly account?: string; readonly region?: string; readonly port: number | undefined },
): Promise<Emulator> {
  try {
    return await startEmulator({ ...place, ...(port === undefined ? {} : { port }) });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new UserError(
      `Port ${port} is in use, perhaps by another \`live-lambda local\`.`,
      'Choose another with --port, or leave it out for any that is free.',
      { cause },
    );
  }
}

/** @throws UserError when the app is not in live mode, with how it gets there. */
async function livePlaces(assembly: string): Promise<readonly StackPlace[]> {
  const manifests = await readManifests(assembly).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    const hint = `Synthesize it in live mode: \`${projectCommand('cdk synth -c live-lambda=true')}\`, or start again with --synth.`;
    throw new UserError(error.message, hint, { cause: error });
  });
  return manifests.flatMap(({ manifest }) =>
    manifest.functions.map(({ stack, account, region }) => ({ stack: stack.name, account, region })),
  );
}

function describe({ stacks }: Deployment): DeployedApp {
  const functions = stacks.flatMap((stack) =>
    stack.functions.map(({ logicalId, name }) => ({ id: logicalId, functionName: name })),
  );
  const skipped: Record<string, number> = {};
  for (const { type } of stacks.flatMap((stack) => stack.skipped)) skipped[type] = (skipped[type] ?? 0) + 1;
  return { functions, skipped };
}

function recordOf({ endpoint, region, developerCredentials }: Emulator, assembly: string): LocalRecord {
  const { accessKeyId, secretAccessKey } = developerCredentials;
  return { version: 1, pid: process.pid, assembly, endpoint, region, accessKeyId, secretAccessKey };
}

function defect(cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    `Deploying again failed: ${reason}.`,
    `Start \`${projectCommand('live-lambda local')}\` again.`,
    { cause },
  );
}
