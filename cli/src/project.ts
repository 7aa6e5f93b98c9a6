import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Runner } from '@live-lambda/runner';
import type { Config } from '@oclif/core/interfaces';
import { type LoadedConfig, loadConfig } from './config/config-file.ts';
import { type GivenFlags, resolveSettings, type Settings } from './config/settings.ts';
import { askPlugins } from './plugins/hooks.ts';
import { createRegistry, type RunnerRegistry } from './runners/registry.ts';

/** The project that a command works on, with what is set for it. */
export interface Project {
  readonly settings: Settings;
  readonly loaded: LoadedConfig | undefined;
  /** The folder of the config, else the one in which the command runs. */
  readonly folder: string;
}

/** CDK's own default. Source: AWS CDK CLI reference, `--output`. */
const assemblyName = 'cdk.out';

/** @throws UserError when the config or a variable cannot be used. */
export async function openProject(given: {
  readonly flags: GivenFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
}): Promise<Project> {
  const { currentFolder } = given;
  const loaded = await loadConfig(currentFolder);
  const folder = loaded?.folder ?? currentFolder;
  const [defaultApp] = [join(currentFolder, assemblyName), join(folder, assemblyName)].filter((each) =>
    existsSync(each),
  );
  const settings = resolveSettings({ ...given, loaded, defaultApp: defaultApp ?? join(currentFolder, assemblyName) });
  return { settings, loaded, folder };
}

/** All runners of a project: those of its config, of plugins, and the given built-in ones. */
export async function projectRunners(
  { settings, folder }: Project,
  { builtIn, config }: { readonly builtIn: readonly Runner[]; readonly config: Pick<Config, 'runHook'> },
): Promise<RunnerRegistry> {
  const { answers, failures } = await askPlugins(config, 'live-lambda:runners', { projectRoot: folder });
  return createRegistry({
    builtIn,
    specs: settings.runners.value,
    folder,
    plugins: answers.map(({ plugin, answer }) => ({ plugin, runners: answer })),
    pluginFailures: failures,
  });
}
