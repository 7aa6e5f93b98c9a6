import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isFolder, projectFolders } from '../config/project-folders.ts';
import { UserError } from '../user-error.ts';

/** Where a CDK app says how it is run. Source: AWS CDK Developer Guide, "Configure the AWS CDK CLI", `cdk.json`. */
export const cdkFileName = 'cdk.json';

/** Source: AWS CDK CLI reference, `--output`. */
const defaultOutput = 'cdk.out';

/** A CDK app, as its `cdk.json` describes it. */
export interface CdkApp {
  /** The folder of its cdk.json, in which it runs; absolute. */
  readonly folder: string;
  /** The command that synthesizes it; undefined where cdk.json leaves it to the command line. */
  readonly command: string | undefined;
  /** The folder that a synth writes; absolute. */
  readonly output: string;
}

/** How far below a folder apps are looked for: those of monorepos lie at `packages/infra` and the like. */
const maxDepth = 4;
/** Folders that are looked into at most, so that a large repository costs little. */
const maxFolders = 2000;
const foreignFolders = new Set(['node_modules', 'cdk.out', 'dist', 'build', 'coverage']);

/**
 * The CDK app that a folder belongs to: the one around it, else the only one below it.
 * @param named the folder of the app, where somebody has said it
 * @throws UserError where there is none, or it cannot be told which of several is meant
 */
export function findCdkApp(currentFolder: string, named?: string): CdkApp {
  if (named !== undefined) return namedApp(resolve(currentFolder, named));
  const around = appAround(currentFolder);
  if (around !== undefined) return readCdkApp(around);
  const below = appsBelow(currentFolder);
  const [only, ...others] = below;
  if (only === undefined) {
    throw new UserError(
      `There is no CDK app here: neither ${currentFolder} nor a folder above or below it in this project has a ${cdkFileName}.`,
      'Run this in the folder of your CDK app. A new one is made by `npx cdk init app --language typescript`.',
    );
  }
  if (others.length === 0) return readCdkApp(only);
  const names = below.map((each) => relative(currentFolder, each));
  throw new UserError(
    `There are ${below.length} CDK apps below ${currentFolder}: ${names.join(', ')}.`,
    `Run this in the folder of the one that you mean, for example \`cd ${names[0]}\`.`,
  );
}

/** The folders of the app around a folder, or of all apps below it; empty where there is none. */
export function cdkAppFolders(currentFolder: string): readonly string[] {
  const around = appAround(currentFolder);
  return around === undefined ? appsBelow(currentFolder) : [around];
}

function namedApp(folder: string): CdkApp {
  if (existsSync(join(folder, cdkFileName))) return readCdkApp(folder);
  const what = isFolder(folder) ? `has no ${cdkFileName}` : 'is no folder';
  throw new UserError(`${folder} ${what}.`, `Name the folder of the CDK app, in which its ${cdkFileName} lies.`);
}

function appAround(folder: string): string | undefined {
  return projectFolders(folder).find((each) => existsSync(join(each, cdkFileName)));
}

/** Breadth first, so that what is near is found in any repository. */
function appsBelow(folder: string): readonly string[] {
  const found: string[] = [];
  let level = [folder];
  let seen = 0;
  for (let depth = 0; depth < maxDepth && seen < maxFolders; depth += 1) {
    level = level.flatMap(subfolders).slice(0, maxFolders - seen);
    seen += level.length;
    found.push(...level.filter((each) => existsSync(join(each, cdkFileName))));
  }
  return found;
}

/** The folders in one, but for hidden ones and those of what is installed or made. */
export function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((each) => each.isDirectory() && !each.name.startsWith('.') && !foreignFolders.has(each.name))
      .map(({ name }) => join(folder, name));
  } catch {
    // What cannot be read is not looked into.
    return [];
  }
}

/** @throws UserError for a cdk.json that is no JSON */
function readCdkApp(folder: string): CdkApp {
  const file = join(folder, cdkFileName);
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { app, output } = Object(parsed) as { readonly app?: unknown; readonly output?: unknown };
    const command = typeof app === 'string' && app.trim() !== '' ? app : undefined;
    return { folder, command, output: resolve(folder, typeof output === 'string' ? output : defaultOutput) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${file} cannot be read: ${reason}.`, 'The CDK CLI cannot read it either: mend it first.', {
      cause,
    });
  }
}
