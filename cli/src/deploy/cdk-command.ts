import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foldersUpward } from '../config/project-folders.ts';

/** How the CDK CLI of a project is started. */
export interface CdkProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** The same as a developer would write it. */
  readonly shown: string;
}

/** The machine that it is started on. */
export interface CdkMachine {
  readonly platform: NodeJS.Platform;
  /** Path of the Node that runs this. */
  readonly node: string;
}

const cdkPackage = 'aws-cdk';
/** Fetched where a project has no CDK CLI of its own: the newest, since an older one may not read what a newer library writes. */
const fetchedSpec = 'aws-cdk@2';

/**
 * The CDK CLI that a project has installed, else a fetched one. Node runs it wherever that is possible: the command
 * files of Windows would need its command processor, which reads arguments in a way of its own.
 */
export function findCdk(folder: string, { platform, node }: CdkMachine): CdkProgram {
  const folders = foldersUpward(folder);
  const installed = folders.map((each) => cdkScript(join(each, 'node_modules', cdkPackage))).find(Boolean);
  if (installed !== undefined) return { command: node, args: [installed], shown: 'npx cdk' };
  // With Plug'n'Play there is no folder of packages, and yarn alone finds them.
  if (folders.some((each) => existsSync(join(each, '.pnp.cjs')))) {
    return { ...started('yarn', ['cdk'], platform), shown: 'yarn cdk' };
  }
  const npx = join(dirname(node), 'node_modules', 'npm', 'bin', 'npx-cli.js');
  const args = ['--yes', fetchedSpec];
  const shown = `npx ${fetchedSpec}`;
  if (existsSync(npx)) return { command: node, args: [npx, ...args], shown };
  return { ...started('npx', args, platform), shown };
}

/** The file of an installed CDK CLI; undefined where there is none. */
function cdkScript(folder: string): string | undefined {
  try {
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = join(folder, typeof bin === 'string' ? bin : bin.cdk);
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

function started(command: string, args: readonly string[], platform: NodeJS.Platform) {
  return platform === 'win32' ? { command: 'cmd.exe', args: ['/d', '/s', '/c', command, ...args] } : { command, args };
}

/** What is deployed live, and how. */
export interface LiveDeploy {
  /** Names of functions as the construct library takes them; all functions of the app if empty. */
  readonly functions: readonly string[];
  readonly session: string | undefined;
  readonly mode: string | undefined;
  /** For debugging; undefined for the functions' own. */
  readonly timeoutSeconds: number | undefined;
  /** Whether live mode is meant although this is continuous integration. */
  readonly ci: boolean;
  /** For the CDK CLI. */
  readonly rest: readonly string[];
}

/** The arguments of the CDK CLI: the construct library is told all by context values. */
export function deployArguments({ rest, ...live }: LiveDeploy): readonly string[] {
  return ['deploy', ...liveContext(live), ...rest];
}

/** Those of a synth of the same: with its context alone, since a deploy has options that a synth does not know. */
export function synthArguments({ rest, ...live }: LiveDeploy): readonly string[] {
  const context = rest.flatMap((arg, index) => {
    if (/^(?:--context|-c)=/.test(arg)) return [arg];
    const [next] = rest.slice(index + 1);
    return /^(?:--context|-c)$/.test(arg) && next !== undefined ? [arg, next] : [];
  });
  return ['synth', '--quiet', ...liveContext(live), ...context];
}

function liveContext({ functions, session, mode, timeoutSeconds, ci }: Omit<LiveDeploy, 'rest'>): readonly string[] {
  const context: readonly (readonly [string, string | number | undefined])[] = [
    ['live-lambda', functions.length === 0 ? 'true' : functions.join(',')],
    ['live-lambda-session', session],
    ['live-lambda-mode', mode],
    ['live-lambda-timeout', timeoutSeconds],
    ['live-lambda-ci', ci ? 'true' : undefined],
  ];
  return context.flatMap(([key, value]) => (value === undefined ? [] : ['-c', `${key}=${value}`]));
}

/** A command line as it can be pasted into a POSIX shell: what a shell would read differently is in quotes. */
export function shellText(shown: string, args: readonly string[]): string {
  const quoted = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`));
  return [shown, ...quoted].join(' ');
}
