import { join } from 'node:path';
import { styleText } from 'node:util';
import type { Identity } from '@live-lambda/protocol/identity';
import type { Config } from '@oclif/core/interfaces';
import type { GivenFlags, Settings } from './config/settings.ts';
import type { Host } from './host.ts';
import type { ChosenNodes } from './nodes/choose-nodes.ts';
import { openProject, projectRunners } from './project.ts';
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
  const { config, environment, currentFolder } = options;
  const project = await openProject(options);
  const { settings, loaded } = project;
  options.onSettings(settings);
  checkEndpoint(settings.endpoint);
  const [{ startTunnel }, { fromNodeProviderChain }, { chooseRunner }, { projectApp }, { loadAwsAgents }, runner] =
    await Promise.all([
      import('./tunnel/tunnel.ts'),
      import('@aws-sdk/credential-providers'),
      import('./runners/choose-runner.ts'),
      import('./functions/project-app.ts'),
      import('./proxy.ts'),
      import('@live-lambda/runner'),
    ]);
  const host = await createHost(settings);
  const live = await projectApp(project);
  const nodes = await findNodes(options, {
    settings,
    host,
    runtimes: live.functions.map(({ spec }) => spec.runtime),
  });
  const builtIn = runner.builtInRunners({
    nodeFor: (runtime) => {
      // Its notes are told once for all functions, at the start.
      const { path, accepts } = nodes.byRuntime.get(runtime) ?? runner.RUNNING_NODE;
      return { path, accepts };
    },
  });
  const registry = await projectRunners(project, { builtIn, config });
  return startTunnel({
    live,
    configFile: loaded?.file,
    access: { endpointUrl: settings.endpoint.value },
    credentials: fromNodeProviderChain({ clientConfig: { requestHandler: await loadAwsAgents() } }),
    runnerFor: chooseRunner({ registry, everywhere: settings.runner, config: loaded }),
    runnerFailures: registry.failures,
    nodes,
    identity: await loadIdentity(),
    host,
    release: config.version,
    inspect: inspectOptions(settings),
    maxEnvironments: settings.maxEnvironments.value,
    laptop: environment,
    platform: process.platform,
    currentFolder,
  });
}

function inspectOptions({
  inspect,
  inspectBrk,
}: Settings): { readonly port: number; readonly brk: boolean } | undefined {
  const port = inspectBrk.value ?? inspect.value;
  return port === undefined ? undefined : { port, brk: inspectBrk.value !== undefined };
}

/** Looks for the Node of each runtime, and asks before it fetches one. */
async function findNodes(
  { config, environment, signal }: OpenTunnelOptions,
  given: { readonly settings: Settings; readonly host: Host; readonly runtimes: readonly string[] },
): Promise<ChosenNodes> {
  const [{ chooseNodes, fetchedNodesFolder }, { askYesNo, canAsk }, { fetchNode, nodeFor }] = await Promise.all([
    import('./nodes/choose-nodes.ts'),
    import('./nodes/ask.ts'),
    import('@live-lambda/runner'),
  ]);
  const { settings, host, runtimes } = given;
  const cacheFolder = join(config.cacheDir, fetchedNodesFolder);
  return chooseNodes({
    runtimes,
    find: (runtime) => nodeFor({ runtime, cacheFolder, env: environment }),
    fetch: (major) =>
      fetchNode({
        major,
        cacheFolder,
        env: environment,
        signal,
        onProgress: (progress) => {
          if (progress.step !== 'fetching') return;
          host.notify({
            type: 'note',
            level: 'warning',
            text: `Fetching ${progress.package} from the npm registry ...`,
          });
        },
      }),
    setting: settings.fetchNode,
    configFolder: config.configDir,
    ask: !settings.json.value && canAsk(environment) ? askYesNo : undefined,
  });
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

/** @throws UserError when the developer's key cannot be used as it is. */
async function loadIdentity(): Promise<Identity> {
  const { defaultIdentityFile, IdentityError, loadOrCreateIdentity } = await import('@live-lambda/protocol/identity');
  try {
    return loadOrCreateIdentity({ file: defaultIdentityFile() }).identity;
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    throw new UserError(cause.message, 'Stubs trust this key: mend the file rather than make another one.', { cause });
  }
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
