import { type Stack, Token } from 'aws-cdk-lib';
import type { ChannelNamespaces } from './existing-api.ts';
import type { LiveDoor } from './live-door.ts';
import type { LiveMode } from './live-mode.ts';

/** Names the stub's program to Lambda, which starts it instead of the runtime. */
export const EXEC_WRAPPER_VARIABLE = 'AWS_LAMBDA_EXEC_WRAPPER';
/** Tells the stub everything that it must know, as one JSON object. */
export const STUB_VARIABLE = 'LIVE_LAMBDA';
/** Where the stub's zip has its start script: Lambda unpacks a function's code into `/var/task`, layers into `/opt`. */
const EXEC_WRAPPER_PATHS = { replace: '/var/task/live-lambda/start', fallback: '/opt/live-lambda/start' } as const;

/** Variables that would act on the stub instead of on the user's code; they travel inside the stub's own. */
export const MOVED_VARIABLES: readonly string[] = ['NODE_OPTIONS', EXEC_WRAPPER_VARIABLE];

/** Lambda allows 4 KB for all names and values of a function's variables; this much of it is live-lambda's two. */
export const MAX_STUB_VARIABLE_BYTES = 768;

/**
 * The longest name that a host of an Events API is assumed to have: 26 characters of id, `.appsync-realtime-api.` (22),
 * a region of at most 14 and `.amazonaws.com.cn` (17) make 79; the rest is reserve for partitions to come.
 */
const MAX_HOST_BYTES = 96;

/** Whom the stub lets run its invocations: whoever IAM lets publish, or the holders of keys with these fingerprints. */
export type StubTrust = { readonly trust: 'iam' } | { readonly trust: 'keys'; readonly keys: readonly string[] };

export type StubSettings = StubPlace & StubTrust;

/** Where the stub's start script is. */
export function execWrapperPath({ mode = 'replace' }: Pick<StubPlace, 'mode'>): string {
  return EXEC_WRAPPER_PATHS[mode];
}

/** Where the stub is, and where it calls. */
export interface StubPlace {
  readonly app: string;
  readonly session: string;
  /** Construct path of the function. */
  readonly function: string;
  /** Whether the app's code is there, too, to run what no tunnel takes. */
  readonly mode?: LiveMode;
  readonly httpHost: string;
  readonly realtimeHost: string;
  /** The API's namespaces, where they have other names than `to-tunnel` and `to-stub`. */
  readonly namespaces?: ChannelNamespaces;
}

/** Environment variables as a template holds them: strings, or CloudFormation's intrinsic functions. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

export interface StubEnvironmentRequest {
  readonly stack: Stack;
  readonly settings: StubSettings;
  readonly door: LiveDoor;
  /** The variables that the app gives to the function. */
  readonly variables: TemplateVariables;
}

/** The variables of a live function: the app's own, except those that move into the stub's, and the stub's own. */
export function stubEnvironment({ stack, settings, door, variables }: StubEnvironmentRequest): TemplateVariables {
  const entries = Object.entries(variables);
  const kept = entries.filter(([name]) => !MOVED_VARIABLES.includes(name));
  const moved = entries.filter(([name]) => MOVED_VARIABLES.includes(name));
  const environment = Object.fromEntries(moved.map(([name, value]) => [name, asText(value)]));
  return {
    ...Object.fromEntries(kept),
    ...(door === 'runtime' && { [EXEC_WRAPPER_VARIABLE]: execWrapperPath(settings) }),
    [STUB_VARIABLE]: stack.toJsonString({
      version: 1,
      ...settings,
      ...(moved.length > 0 ? { environment } : {}),
    }),
  };
}

/**
 * Checks the size of live-lambda's variables, names and values, values of the app's own that move into them not counted.
 *
 * @throws Error that names the function, if the variables may become longer than {@link MAX_STUB_VARIABLE_BYTES}
 */
export function checkStubVariableSize(settings: StubSettings): void {
  const longest = Object.entries(settings).map(([name, value]) => [
    name,
    Token.isUnresolved(value) ? 'x'.repeat(MAX_HOST_BYTES) : value,
  ]);
  const value = JSON.stringify({ version: 1, ...Object.fromEntries(longest) });
  const bytes = [STUB_VARIABLE, value, EXEC_WRAPPER_VARIABLE, execWrapperPath(settings)].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
  if (bytes <= MAX_STUB_VARIABLE_BYTES) return;
  throw new Error(
    `live-lambda: the environment variables ${STUB_VARIABLE} and ${EXEC_WRAPPER_VARIABLE} of ${settings.function} may need ${bytes} bytes, ` +
      `more than the ${MAX_STUB_VARIABLE_BYTES} that live-lambda takes. ${adviceOnSize(settings, bytes)}`,
  );
}

/** A fingerprint in JSON: 22 characters, two quotation marks and a comma. */
const KEY_BYTES = 25;

function adviceOnSize(settings: StubSettings, bytes: number): string {
  const keys = settings.trust === 'keys' ? settings.keys.length : 0;
  const fitting = keys - Math.ceil((bytes - MAX_STUB_VARIABLE_BYTES) / KEY_BYTES);
  if (fitting < 1) return 'Shorten the construct path, appName or session.';
  return `It holds ${keys} trusted keys, and ${fitting} fit: trust fewer, or shorten the construct path.`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : Token.asString(value);
}
