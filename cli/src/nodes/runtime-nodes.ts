import { join } from 'node:path';
import { type BuiltInRunnersOptions, fetchNode, type NodeChoice, nodeFor, RUNNING_NODE } from '@live-lambda/runner';
import type { Config } from '@oclif/core/interfaces';
import type { Settings } from '../config/settings.ts';
import type { Host } from '../host.ts';
import { askYesNo, canAsk } from './ask.ts';
import { type ChosenNodes, chooseNodes, fetchedNodesFolder } from './choose-nodes.ts';

export interface RuntimeNodesOptions {
  readonly settings: Pick<Settings, 'fetchNode' | 'json'>;
  readonly config: Pick<Config, 'cacheDir' | 'configDir'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** On which Node the functions of each runtime run. */
export interface RuntimeNodes extends Required<Pick<BuiltInRunnersOptions, 'nodeFor'>> {
  readonly chosen: ChosenNodes;
  /** Finds those of runtimes that came later, and tells of them; nobody is asked any more whether to fetch one. */
  add(runtimes: readonly string[]): Promise<void>;
}

/** Looks for the Node of each runtime, and asks before it fetches one. */
export async function findRuntimeNodes(
  runtimes: readonly string[],
  options: RuntimeNodesOptions,
): Promise<RuntimeNodes> {
  const { settings, environment, host } = options;
  const mayAsk = !settings.json.value && canAsk(environment);
  const first = await choose(runtimes, options, mayAsk ? askYesNo : undefined);
  const byRuntime = new Map<string, NodeChoice>(first.byRuntime);
  return {
    chosen: { ...first, byRuntime },
    nodeFor: (runtime) => {
      // Its notes are told once for all functions, at the start.
      const { path, accepts } = byRuntime.get(runtime) ?? RUNNING_NODE;
      return { path, accepts };
    },
    async add(later) {
      const unknown = later.filter((runtime) => !byRuntime.has(runtime));
      if (unknown.length === 0) return;
      const found = await choose(unknown, options, undefined);
      for (const [runtime, choice] of found.byRuntime) byRuntime.set(runtime, choice);
      for (const text of found.warnings) host.notify({ type: 'note', level: 'warning', text });
    },
  };
}

function choose(
  runtimes: readonly string[],
  { settings, config, environment, host, signal }: RuntimeNodesOptions,
  ask: typeof askYesNo | undefined,
): Promise<ChosenNodes> {
  const cacheFolder = join(config.cacheDir, fetchedNodesFolder);
  const told = (text: string) => host.notify({ type: 'note', level: 'warning', text });
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
          if (progress.step === 'fetching') told(`Fetching ${progress.package} from the npm registry ...`);
        },
      }),
    setting: settings.fetchNode,
    configFolder: config.configDir,
    ask,
  });
}
