import type { Config } from '@oclif/core/interfaces';
import type { GivenFlags, Settings } from './config/settings.ts';
import type { LiveApp } from './functions/live-functions.ts';
import type { Host } from './host.ts';
import type { InvocationListeners } from './plugins/invocation-listeners.ts';
import { openProject, type Project, projectRunners } from './project.ts';
import type { SessionRecorder } from './status/session-recorder.ts';
import type { Tunnel } from './tunnel/tunnel.ts';
import type { Terminal } from './ui/open-terminal.ts';
import { UserError } from './user-error.ts';

export interface OpenTunnelOptions {
  readonly flags: GivenFlags;
  readonly config: Pick<Config, 'runHook' | 'plugins' | 'version' | 'configDir' | 'cacheDir'>;
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
  await checkStubTrust(settings);
  const { createSessionRecorder } = await import('./status/session-recorder.ts');
  const recorder = createSessionRecorder({
    cacheFolder: config.cacheDir,
    assembly: settings.app.value,
    endpoint: settings.endpoint.value,
    wallClockMs: Date.now,
  });
  const { watchBudget } = await import('./tunnel/budget.ts');
  const terminal = await createTerminal(options, settings);
  terminal.meter(recorder.usage);
  const plugins = await listenToPlugins(config, terminal.host);
  const close = async () => {
    await plugins.close();
    terminal.close();
    recorder.close();
  };
  try {
    const host = recorder.listening(plugins.listening(withUsage(terminal.host, recorder)));
    const tunnel = await startTunnel({ ...options, host }, project, recorder);
    const { value: limitUsd, origin } = settings.budget;
    const budget = watchBudget({ limitUsd, origin, usage: recorder.usage });
    terminal.steer(tunnel);
    return {
      ...tunnel,
      failed: Promise.race([tunnel.failed, budget.spent]),
      async stop(reason) {
        budget.close();
        try {
          await tunnel.stop(reason);
        } finally {
          await close();
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Plugins that are told of invocations; whatever one of them does, the tunnel goes on. */
async function listenToPlugins(
  config: OpenTunnelOptions['config'],
  host: Host,
): Promise<Pick<InvocationListeners, 'listening' | 'close'>> {
  const [{ createInvocationListeners }, { surviveFaultsOf }] = await Promise.all([
    import('./plugins/invocation-listeners.ts'),
    import('./plugins/plugin-faults.ts'),
  ]);
  const warn = (text: string) => host.notify({ type: 'note', level: 'warning', text });
  const listeners = createInvocationListeners({ config, warn });
  const named = new Set<string>();
  const forget = surviveFaultsOf(listeners.plugins, (plugin, reason) => {
    if (named.has(plugin)) return;
    named.add(plugin);
    warn(`The plugin ${plugin} threw where nobody catches: ${reason}. The tunnel goes on; this is said once.`);
  });
  return { listening: listeners.listening, close: () => listeners.close().finally(forget) };
}

/** The end of a session is told with what it cost. */
function withUsage(inner: Host, { usage }: Pick<SessionRecorder, 'usage'>): Host {
  return { notify: (event) => inner.notify(event.type === 'stopped' ? { ...event, usage: usage() } : event) };
}

async function startTunnel(
  { config, environment, currentFolder, signal, host }: OpenTunnelOptions & { readonly host: Host },
  project: Project,
  recorder: Pick<SessionRecorder, 'metering'>,
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
    import('./aws/credentials.ts'),
    import('./runners/choose-runner.ts'),
    import('./functions/project-app.ts'),
    import('./keys/project-keys.ts'),
    import('./proxy.ts'),
    import('./nodes/runtime-nodes.ts'),
    import('@live-lambda/runner'),
  ]);
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
    stubTrust: settings.trustStub.value,
    inspect: inspectOptions(settings),
    takeOver: settings.takeOver.value,
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

/** @throws UserError where stubs need not prove what they are, and calls may leave this machine. */
async function checkStubTrust({ trustStub, endpoint }: Settings): Promise<void> {
  if (trustStub.value === 'sts') return;
  const { untrustworthyEndpoint } = await import('./tunnel/unverified-stubs.ts');
  const fault = untrustworthyEndpoint(endpoint.value, trustStub.origin);
  if (fault) throw fault;
}

/** For programs JSON lines, which nobody steers by keys. */
async function createTerminal(
  { currentFolder, environment }: OpenTunnelOptions,
  settings: Settings,
): Promise<Terminal> {
  const { stdin, stdout, stderr } = process;
  if (!settings.json.value) {
    const { openTerminal } = await import('./ui/open-terminal.ts');
    return openTerminal({ settings, currentFolder, environment, stdin, stdout, stderr });
  }
  const { createJsonHost } = await import('./ui/json-host.ts');
  const nothing = () => undefined;
  return { host: createJsonHost((text) => stdout.write(text)), steer: nothing, meter: nothing, close: nothing };
}
