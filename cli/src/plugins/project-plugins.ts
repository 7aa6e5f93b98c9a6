import { join } from 'node:path';
import { Config, Plugin } from '@oclif/core/config';
import type { ProjectPlugins } from './find-project-plugins.ts';

/**
 * oclif's configuration with the plugins of a project: their commands and hooks are those of any plugin. One that cannot be
 * loaded is told, and does not stop the rest.
 */
export async function configWithPlugins(
  root: string,
  { names, folder }: ProjectPlugins,
  warn: (text: string) => void,
): Promise<Config> {
  const config = await Config.load({ root });
  for (const name of names) {
    try {
      const plugin = new Plugin({ name, root: folder, type: 'project' });
      await plugin.load();
      config.plugins.set(plugin.name, plugin);
    } catch (error) {
      const reason = reasonOf(error);
      warn(
        `The plugin ${name}, which ${join(folder, 'package.json')} lists in live-lambda.plugins, could not be loaded: ${reason}. Install it there, or take it off the list.`,
      );
    }
  }
  return config;
}

/** The first line; of a package that is not there oclif's goes on with everything it looked for. */
function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.startsWith('could not find package.json') ? 'it is not installed' : line;
}
