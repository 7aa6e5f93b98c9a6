import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** A plugin, as far as its errors can be told by their stack. */
export interface PluginPlace {
  readonly name: string;
  /** The folder of its package. */
  readonly root: string;
}

/** The plugin in whose files an error arose. */
function pluginOfError<Place extends PluginPlace>(error: unknown, plugins: readonly Place[]): Place | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return plugins.find(({ root }) => {
    const folders = [root, realRoot(root)];
    return folders.some((each) => stack.includes(`${each}/`) || stack.includes(`${pathToFileURL(each).href}/`));
  });
}

/**
 * What a plugin throws behind everybody's back, in a timer for example, does not end the program: it is told. Any other
 * error that nobody caught ends it, as ever.
 * @returns ends the watch
 */
export function surviveFaultsOf(
  plugins: readonly PluginPlace[],
  tell: (plugin: string, reason: string) => void,
): () => void {
  if (plugins.length === 0) return () => undefined;
  const onFault = (error: unknown) => {
    const plugin = pluginOfError(error, plugins);
    if (plugin) return tell(plugin.name, error instanceof Error ? error.message : String(error));
    process.off('uncaughtException', onFault);
    throw error;
  };
  process.on('uncaughtException', onFault);
  return () => void process.off('uncaughtException', onFault);
}

function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}
