import { projectFolders, readPackageJson } from '../config/project-folders.ts';

/** The plugins that a project lists in its package.json: `"live-lambda": { "plugins": ["live-lambda-plugin-deno"] }`. */
export interface ProjectPlugins {
  readonly names: readonly string[];
  /** The folder of that package.json. */
  readonly folder: string;
}

/** By the nearest package.json that says something about live-lambda, within the project of a folder. */
export function findProjectPlugins(folder: string): ProjectPlugins | undefined {
  for (const each of projectFolders(folder)) {
    const section = readPackageJson(each)?.['live-lambda'];
    if (typeof section !== 'object' || section === null || !('plugins' in section)) continue;
    const { plugins } = section;
    const names = Array.isArray(plugins) ? plugins.filter((name) => typeof name === 'string') : [];
    return names.length === 0 ? undefined : { names, folder: each };
  }
  return undefined;
}
