import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type SupervisedProcess, startSupervisedProcess } from '@live-lambda/runner';

const require = createRequire(import.meta.url);

/** Folder of the app. */
export const appFolder = join(import.meta.dirname, '..');

type Variables = Readonly<Record<string, string>>;

/** This process's environment, without AWS settings of the person who runs the demo: nothing here is meant for AWS. */
function plainEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^AWS_|^NODE_OPTIONS$/.test(entry[0]),
  );
  return Object.fromEntries(own);
}

function programOf(packageName: string, file: string): string {
  return join(dirname(require.resolve(`${packageName}/package.json`)), file);
}

export interface SynthesisOptions {
  /** Of the CDK app; {@link appFolder} if not given. */
  readonly folder?: string;
  /** `name=value`, as after `cdk -c`; all functions are live if not given. */
  readonly context?: readonly string[];
  /** Besides those of this process. */
  readonly variables?: Variables;
}

/**
 * Synthesizes the app in live mode with the CDK CLI, which is killed at the signal.
 * @throws Error with what the CLI said, or the signal's reason
 */
export async function synthesize(
  outputFolder: string,
  signal: AbortSignal,
  { folder = appFolder, context = ['live-lambda=true'], variables = {} }: SynthesisOptions = {},
): Promise<void> {
  const given = [...context, 'live-lambda-ci=true'].flatMap((each) => ['-c', each]);
  await runCdk(['synth', ...given, '--quiet', '--output', outputFolder], { folder, variables, signal });
}

/**
 * Runs the CDK CLI, which is killed at the signal.
 * @throws Error with what the CLI said, or the signal's reason
 */
export async function runCdk(
  args: readonly string[],
  options: { readonly folder: string; readonly variables: Variables; readonly signal?: AbortSignal },
): Promise<void> {
  const { folder, variables, signal } = options;
  signal?.throwIfAborted();
  const said: string[] = [];
  const cdk = startSupervisedProcess({
    command: process.execPath,
    args: [programOf('aws-cdk', 'bin/cdk'), ...args],
    cwd: folder,
    // The template is validated in the tests; here it would cost five seconds.
    env: { ...plainEnvironment(), CDK_VALIDATION: 'false', CI: 'true', ...variables },
    onOutput: ({ text }) => said.push(text),
  });
  signal?.addEventListener('abort', cdk.kill);
  const end = await cdk.ended;
  signal?.removeEventListener('abort', cdk.kill);
  signal?.throwIfAborted();
  if (end.type !== 'exited' || end.code !== 0) throw new Error(`cdk ${args[0]} failed:\n${said.join('\n')}`);
}

/** One line of `live-lambda tunnel --json`. */
export type TunnelEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface TunnelProcess {
  readonly pid: number | undefined;
  /** Waits for an event, one that came already counts too. @throws Error when the tunnel ends before */
  waitFor(wanted: (event: TunnelEvent) => boolean): Promise<TunnelEvent>;
  /** Waits for an event that has not come yet. @throws Error when the tunnel ends before */
  waitForNext(wanted: (event: TunnelEvent) => boolean): Promise<TunnelEvent>;
  /** Settles with how it ended. */
  readonly ended: SupervisedProcess['ended'];
  /** Ends it as Ctrl-C does. @returns how it ended */
  stop(): ReturnType<SupervisedProcess['stop']>;
}

/** Starts `live-lambda tunnel` as a process of its own. */
export function startTunnel(options: {
  /** The app's; {@link appFolder} if not given. */
  readonly folder?: string;
  readonly assemblyFolder: string;
  readonly endpoint: string;
  /** For all functions; the first that can run a function if not given. */
  readonly runner?: string;
  /** Flags besides. */
  readonly flags?: readonly string[];
  /** The developer's credentials and region, and what else there is besides this process's variables. */
  readonly variables: Variables;
  readonly onEvent?: (event: TunnelEvent) => void;
}): TunnelProcess {
  const events: TunnelEvent[] = [];
  const said: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const tunnel = startSupervisedProcess({
    command: process.execPath,
    args: [
      programOf('live-lambda', 'bin/run.js'),
      'tunnel',
      ...(options.runner === undefined ? [] : ['--runner', options.runner]),
      '--app',
      options.assemblyFolder,
      '--endpoint',
      options.endpoint,
      '--json',
      ...(options.flags ?? []),
    ],
    cwd: options.folder ?? appFolder,
    env: { ...plainEnvironment(), ...options.variables },
    onOutput: ({ stream, text }) => {
      const event = stream === 'stdout' ? parseEvent(text) : undefined;
      if (!event) {
        said.push(text);
        return;
      }
      events.push(event);
      options.onEvent?.(event);
      for (const wake of waiting) wake();
    },
  });
  void tunnel.ended.then(() => {
    ended = true;
    for (const wake of waiting) wake();
  });
  const waitFrom = (first: number, wanted: (event: TunnelEvent) => boolean): Promise<TunnelEvent> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = events.slice(first).find(wanted);
        if (!found && !ended) return;
        waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(`the tunnel ended: ${JSON.stringify(events.at(-1) ?? '')} ${said.join('\n')}`));
      };
      waiting.add(look);
      look();
    });
  return {
    pid: tunnel.pid,
    ended: tunnel.ended,
    waitFor: (wanted) => waitFrom(0, wanted),
    waitForNext: (wanted) => waitFrom(events.length, wanted),
    stop: () => tunnel.stop({ graceMs: 5000 }),
  };
}

function parseEvent(text: string): TunnelEvent | undefined {
  try {
    return JSON.parse(text) as TunnelEvent;
  } catch {
    return undefined;
  }
}
