import type { Config } from '@oclif/core/interfaces';
import { useCloud } from '../aws/use-cloud.ts';
import type { GivenFlags, Settings } from '../config/settings.ts';
import { readManifests } from '../functions/manifest-file.ts';
import { openTunnel } from '../open-tunnel.ts';
import { openProject } from '../project.ts';
import type { Tunnel } from '../tunnel/tunnel.ts';
import type { UserError } from '../user-error.ts';
import { accessTo } from './choose-cloud.ts';
import { howToInvoke, type Invocable } from './how-to-invoke.ts';
import { type DeployedApp, type LocalCloud, startLocalCloud } from './local-cloud.ts';
import { synthesizeApp } from './synthesize.ts';

export interface RunLocalOptions {
  readonly flags: GivenFlags;
  readonly port: number | undefined;
  readonly synth: boolean;
  readonly config: Pick<Config, 'runHook' | 'plugins' | 'version' | 'configDir' | 'cacheDir'>;
  /** This process's own: the emulator's keys are put into it, since AWS's clients look there. */
  readonly environment: Record<string, string | undefined>;
  readonly currentFolder: string;
  readonly write: (text: string) => void;
  /** Called once it is known how to talk to whoever started this. */
  readonly onSettings: (settings: Settings) => void;
  readonly signal: AbortSignal;
}

/** An emulator with the app in it, and a tunnel to it. */
export interface RunningLocal {
  readonly failed: Promise<UserError>;
  /** What is stopped then, as a sentence: once another tunnel has taken the session over, the emulator alone is left. */
  farewell(): string;
  stop(reason: string): Promise<void>;
}

/** @throws UserError */
export async function runLocal(options: RunLocalOptions): Promise<RunningLocal> {
  const { environment, currentFolder, config, signal, write } = options;
  const { settings } = await openProject(options);
  const json = settings.json.value;
  options.onSettings(settings);
  const assembly = settings.app.value;
  const say = (line: string) => void (json || settings.quiet.value || write(`${line}\n`));
  if (options.synth) await synthesizeApp({ currentFolder, output: assembly, environment, say, signal });
  const tell = (event: object) => void (json && write(`${JSON.stringify(event)}\n`));
  const cloud = await startLocalCloud({
    assembly,
    port: options.port,
    cacheFolder: config.cacheDir,
    onDeployed(news) {
      if ('failed' in news) {
        say(`! ${news.failed.message} ${news.failed.hint}`);
        tell({ type: 'deploy-failed', message: news.failed.message, hint: news.failed.hint });
      } else {
        say(`The app was synthesized again, and is deployed: ${functionCount(news.deployed)}.`);
        tell({ type: 'deployed', ...news.deployed });
      }
    },
  });
  const { record, app: deployed } = cloud;
  try {
    const shown = await firstInvocable(assembly, deployed);
    say(`The emulator is at ${record.endpoint}, region ${record.region}: ${functionCount(deployed)}.`);
    for (const line of skippedLines(deployed)) say(line);
    tell({ type: 'deployed', endpoint: record.endpoint, region: record.region, ...deployed });
    useCloud(accessTo(record), environment);
    const flags: GivenFlags = { ...options.flags, endpoint: record.endpoint };
    const tunnel = await openTunnel({ ...{ flags, config, environment, currentFolder, signal }, onSettings: () => {} });
    // Another terminal finds the app by the folder, but not what was said to this one.
    const app = ['flag', 'environment'].includes(settings.app.layer) ? assembly : undefined;
    if (shown) say(`\n${howToInvoke({ ...shown, assembly: app }, record)}\n`);
    return runningLocal({ tunnel, cloud, say });
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

interface LocalParts {
  readonly tunnel: Tunnel;
  readonly cloud: LocalCloud;
  readonly say: (line: string) => void;
}

function runningLocal({ tunnel, cloud, say }: LocalParts): RunningLocal {
  let stopped: Promise<void> | undefined;
  const stopTunnel = (reason: string): Promise<void> => {
    stopped ??= tunnel.stop(reason);
    return stopped;
  };
  // The tunnel that has the session now runs what is called in this emulator.
  void tunnel.handedOver
    .then(() => stopTunnel('another tunnel took the session over'))
    // Told by `stop`, which waits for the same.
    .then(
      () => say('The emulator goes on for that tunnel. Ctrl-C stops it.'),
      () => undefined,
    );
  return {
    failed: tunnel.failed,
    farewell: () => (stopped !== undefined ? 'Stopping the emulator.' : 'Stopping the tunnel and the emulator.'),
    // The tunnel first, so that the stubs hear that it leaves.
    async stop(reason) {
      await stopTunnel(reason);
      await cloud.close();
    },
  };
}

/** The first live function, by its path. */
async function firstInvocable(assembly: string, app: DeployedApp): Promise<Invocable | undefined> {
  const manifests = await readManifests(assembly);
  const live = manifests.flatMap(({ manifest }) => manifest.functions.filter(({ status }) => status === 'live'));
  for (const { id, logicalId } of live) {
    const found = app.functions.find((fn) => fn.id === logicalId);
    if (found) return { id, functionName: found.functionName };
  }
  return undefined;
}

function functionCount({ functions }: DeployedApp): string {
  return functions.length === 1 ? '1 function' : `${functions.length} functions`;
}

function skippedLines({ skipped }: DeployedApp): readonly string[] {
  const types = Object.entries(skipped).map(([type, count]) => (count === 1 ? type : `${count} × ${type}`));
  return types.length === 0 ? [] : [`Not emulated, and left out: ${types.sort().join(', ')}.`];
}
