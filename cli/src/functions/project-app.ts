import type { Project } from '../project.ts';
import { checkEntries, configureFunctions, constructPaths } from './configured-functions.ts';
import { type LiveApp, liveApp } from './live-functions.ts';
import { readManifests } from './manifest-file.ts';

/**
 * The live functions of a project, by its manifest and what its config says of them.
 * @throws UserError
 */
export async function projectApp(project: Pick<Project, 'settings' | 'loaded'>): Promise<LiveApp> {
  return configureApp(project, await synthesizedApp(project));
}

/** By the manifest alone. @throws UserError where there is none, or none that can be used. */
export async function synthesizedApp({ settings }: Pick<Project, 'settings'>): Promise<LiveApp> {
  return liveApp(await readManifests(settings.app.value));
}

/** @throws UserError when the config names a function that is not in the app, or an entry that leads nowhere. */
export async function configureApp(
  { settings, loaded }: Pick<Project, 'settings' | 'loaded'>,
  live: LiveApp,
): Promise<LiveApp> {
  const functions = settings.functions.value;
  if (!loaded || Object.keys(functions).length === 0) return live;
  const given = { functions, source: loaded };
  const app = configureFunctions(live, given, await constructPaths(settings.app.value));
  checkEntries(given);
  return app;
}
