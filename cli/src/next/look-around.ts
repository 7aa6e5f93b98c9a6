import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isAttached } from '../cdk-app/attached.ts';
import { cdkAppFolders, findCdkApp } from '../cdk-app/find-cdk-app.ts';
import type { LiveApp } from '../functions/live-functions.ts';
import { synthesizedApp } from '../functions/project-app.ts';
import { chooseCloud } from '../local/choose-cloud.ts';
import { openProject, type Project } from '../project.ts';
import { UserError } from '../user-error.ts';
import type { DeployedState, LiveState, Surroundings } from './next-step.ts';

/** Nobody who asks what to do next waits longer for AWS, in milliseconds. */
const askAwsMs = 4000;

export interface LookAroundOptions {
  readonly currentFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where running emulators are noted. */
  readonly cacheFolder: string;
}

/** Finds out what a folder has of live-lambda. @throws UserError for a config that cannot be used */
export async function lookAround({
  currentFolder,
  environment,
  cacheFolder,
}: LookAroundOptions): Promise<Surroundings> {
  const apps = cdkAppFolders(currentFolder);
  const [app, ...others] = apps;
  const names = apps.map((each) => relative(currentFolder, each) || '.');
  if (app === undefined || others.length > 0)
    return { apps: names, attached: false, live: { state: 'not-synthesized' } };
  const project = await openProject({ flags: {}, environment, currentFolder: app });
  const live = await liveState(project, cacheFolder);
  return { apps: names, attached: live.state === 'live' || isAttached(findCdkApp(app)), live };
}

async function liveState(project: Project, cacheFolder: string): Promise<LiveState> {
  if (!existsSync(join(project.settings.app.value, 'manifest.json'))) return { state: 'not-synthesized' };
  try {
    const { app, functions } = await synthesizedApp(project);
    const { isLocal } = chooseCloud(project, { local: undefined, cacheFolder });
    const deployed: DeployedState = isLocal ? { state: 'local' } : await deployedState({ functions }, project);
    return { state: 'live', app, functions: functions.length, deployed };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: 'not-live', reason: error.message };
  }
}

async function deployedState({ functions }: Pick<LiveApp, 'functions'>, { settings }: Project): Promise<DeployedState> {
  const { findApis } = await import('../functions/deployment.ts');
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), askAwsMs).unref();
  });
  const found = await Promise.race([findApis(functions, { endpointUrl: settings.endpoint.value }), late]);
  if (found === undefined) return { state: 'unknown', reason: `AWS did not answer within ${askAwsMs / 1000} seconds.` };
  const [fault] = found.faults;
  if (fault === undefined) return { state: 'deployed' };
  const isMissing = ({ error }: { readonly error: UserError }) =>
    /is not deployed|without live mode/.test(error.message);
  if (!found.faults.every(isMissing)) return { state: 'unknown', reason: fault.error.message };
  return { state: 'not-deployed', stacks: found.faults.map(({ stack }) => stack) };
}
