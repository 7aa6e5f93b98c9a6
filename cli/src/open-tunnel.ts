import { styleText } from 'node:util';
import type { Config } from '@oclif/core/interfaces';
import type { GivenFlags, Settings } from './config/settings.ts';
import type { LiveApp } from './functions/live-functions.ts';
import type { Host } from './host.ts';
import { openProject, type Project, projectRunners } from './project.ts';
import type { SessionRecorder } from './status/session-recorder.ts';
import type { Tunnel } from './tunnel/tunnel.ts';
import { UserError } from './user-error.ts';

export interface OpenTunnelOptions {
  readonly flags: GivenFlags;
  readonly config: Pick<Config, 'runHook' | 'version' | 'configDir' | 'cacheDir'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  /** Called once it is known how to talk to whoever started this. */
  readonly onSettings: (settings: Settings) => void;
  readonly signal: AbortSignal;
}

/**
 * From flags to a tunnel that takes invocations: reads the project, finds runners and Nodes, connects.
 * @throws UserError
 */
export async function openTunnel(options: OpenTunnelOptions): Promise<Tunnel> {
  const { config } = options;
  const project = await openProject(options);
  const { settings } = project;
  options.onSettings(settings);
  checkEndpoint(settings.endpoint);
  const { createSessionRecorder } = await import('./status/session-recorder.ts');
  const recorder = createSessionRecorder({
    cacheFolder: config.cacheDir,
    assembly: settings.app.value,
    endpoint: settings.endpoint.value,
    wallClockMs: Date.now,
  });
  try {
    const tunnel = await startTunnel(options, project, recorder);
    return { ...tunnel, stop: (reason) => tunnel.stop(reason).finally(recorder.close) };
  } catch (error) {
    recorder.close();
    throw error;
  }
}

async function startTunnel(
  { config, environment, currentFolder, signal }: OpenTunnelOptions,
  project: Project,
  recorder: Pick<SessionRecorder, 'listening' | 'metering'>,
): Promise<Tunnel> {
  const { settings, loaded } = project;
  const [
    tunnel,
    { fromNodeProviderChain },
    { chooseRunner },
    { projectApp },
    { ownIdentity },
    { loadAwsAgents },
    nodes,
    runner,
  ] = await Promise.all([
    import('./tunnel/tunnel.ts'),
    import('@aws-sdk/credential-providers'),
    import('./runners/choose-runner.ts'),
    import('./functions/project-app.ts'),
    import('./keys/project-keys.ts'),
    import('./proxy.ts'),
    import('./nodes/runtime-nodes.ts'),
    import('@live-lambda/runner'),
  ]);
  const host = recorder.listening(await createHost(settings));
  const live = await projectApp(project);
  const found = await nodes.findRuntimeNodes(runtimesOf(live), { settings, config, environment, host, signal });
  const builtIn = runner.builtInRunners({ nodeFor: found.nodeFor });
  const registry = await projectRunners(project, { builtIn, config });
  return tunnel.startTunnel({
    live,
    source: {
      assemblyFolder: settings.app.value,
      async load() {
        const app = await projectApp(project);
        await found.add(runtimesOf(app));
        return app;
      },
    },
    configFile: loaded?.file,
    access: { endpointUrl: settings.endpoint.value },
    credentials: fromNodeProviderChain({ clientConfig: { requestHandler: await loadAwsAgents() } }),
    runnerFor: chooseRunner({ registry, everywhere: settings.runner, config: loaded }),
    runnerFailures: registry.failures,
    nodes: found.chosen,
    identity: ownIdentity().identity,
    host,
    metering: recorder.metering,
    release: config.version,
    inspect: inspectOptions(settings),
    maxEnvironments: settings.maxEnvironments.value,
    laptop: environment,
    platform: process.platform,
    currentFolder,
  });
}

function runtimesOf({ functions }: LiveApp): readonly string[] {
  return functions.map(({ spec }) => spec.runtime);
}

function inspectOptions({
  inspect,
  inspectBrk,
}: Settings): { readonly port: number; readonly brk: boolean } | undefined {
  const port = inspectBrk.value ?? inspect.value;
  return port === undefined ? undefined : { port, brk: inspectBrk.value !== undefined };
}

/** @throws UserError for what is no base of requests: the AWS SDK would say so of itself, and not of the flag. */
function checkEndpoint({ value, origin }: Settings['endpoint']): void {
  if (value === undefined) return;
  const protocol = URL.canParse(value) ? new URL(value).protocol : undefined;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new UserError(
    `--endpoint must be a URL that starts with http:// or https://, and "${value}" (${origin}) is none.`,
    'Give for example `--endpoint http://127.0.0.1:4566`, or leave it out for AWS itself.',
  );
}

async function createHost({ json, verbose }: Settings): Promise<Host> {
  const write = (text: string) => process.stdout.write(text);
  if (json.value) return (await import('./ui/json-host.ts')).createJsonHost(write);
  const { createTerminalHost } = await import('./ui/terminal-host.ts');
  return createTerminalHost({
    write,
    verbose: verbose.value,
    wallClockMs: Date.now,
    style: (style, text) => styleText(style, text),
  });
}
