import { statSync } from 'node:fs';
import type { CloudAccess } from '../aws/client-options.ts';
import { type LiveApp, liveApp } from '../functions/live-functions.ts';
import { readManifests } from '../functions/manifest-file.ts';
import type { Project } from '../project.ts';
import { UserError } from '../user-error.ts';
import { type DeployedState, deployedStates } from './deployed-state.ts';
import { runningSessions, type SessionRecord } from './session-record.ts';

export interface FunctionStatus {
  readonly id: string;
  readonly stack: string;
  /** Relative to the folder in which the app was synthesized. */
  readonly file: string;
  readonly deployed: DeployedState;
}

/** What is live where. */
export interface Status {
  readonly assembly: string;
  /** Null where the app is not synthesized in live mode; `problem` says why. */
  readonly app: {
    readonly name: string;
    readonly session: string;
    /** Epoch milliseconds. */
    readonly synthesizedAt: number;
    readonly functions: readonly FunctionStatus[];
    readonly refused: LiveApp['refused'];
  } | null;
  readonly problem: { readonly message: string; readonly hint: string } | null;
  /** The tunnels of this session that run on this machine, and, where there is no app here, all of them. */
  readonly tunnels: readonly SessionRecord[];
  /** Those of other sessions, on this machine. */
  readonly otherTunnels: readonly SessionRecord[];
}

export interface StatusOptions {
  readonly project: Pick<Project, 'settings'>;
  readonly access: CloudAccess;
  readonly cacheFolder: string;
}

export async function readStatus({ project, access, cacheFolder }: StatusOptions): Promise<Status> {
  const assembly = project.settings.app.value;
  const running = runningSessions(cacheFolder);
  const manifests = await readManifests(assembly).catch(problemOf);
  const live = manifests instanceof UserError ? manifests : appOf(manifests);
  if (manifests instanceof UserError || live instanceof UserError) {
    const { message, hint } = manifests instanceof UserError ? manifests : (live as UserError);
    return { assembly, app: null, problem: { message, hint }, tunnels: running, otherTunnels: [] };
  }
  const { app: name, session, refused } = live;
  const stateOf = deployedStates(access);
  const functions = live.functions.map(async ({ described }): Promise<FunctionStatus> => {
    const { id, stack, entry } = described;
    return { id, stack: stack.name, file: entry, deployed: await stateOf(described, { app: name, session }) };
  });
  const isOurs = (record: SessionRecord) => record.app === name && record.session === session;
  return {
    assembly,
    app: {
      ...{ name, session, refused },
      synthesizedAt: Math.min(...manifests.map(({ file }) => statSync(file).mtimeMs)),
      functions: await Promise.all(functions),
    },
    problem: null,
    tunnels: running.filter(isOurs),
    otherTunnels: running.filter((record) => !isOurs(record)),
  };
}

function appOf(manifests: Parameters<typeof liveApp>[0]): LiveApp | UserError {
  try {
    return liveApp(manifests);
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
