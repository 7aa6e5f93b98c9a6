import { isChannelSegment, type Namespaces, ownNamespaces } from '@live-lambda/protocol';
import { isFingerprint } from '@live-lambda/protocol/identity';

/** The variable that the construct writes: where the stub's Events API is and which function it stands for. */
const settingsVariable = 'LIVE_LAMBDA';
/** The variable that starts the stub instead of the runtime (Lambda Developer Guide, "Modifying the runtime environment"). */
const wrapperVariable = 'AWS_LAMBDA_EXEC_WRAPPER';

/** Where the runtime finds Lambda's Runtime API (Lambda Developer Guide, "Defined runtime environment variables"). */
export const runtimeApiVariable = 'AWS_LAMBDA_RUNTIME_API';

/** Variables that carry the role's credentials in Lambda. They travel in a field of their own. */
const credentialVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

export interface Settings {
  readonly app: string;
  readonly session: string;
  /** Construct path of the function. */
  readonly functionPath: string;
  readonly httpHost: string;
  readonly realtimeHost: string;
  /** Those of the API: of its own ones, or of those that a shared API has for this stack. */
  readonly namespaces: Namespaces;
  /** Fingerprints of the keys whose tunnels are believed; undefined where whoever IAM lets publish is. */
  readonly trustedKeys: readonly string[] | undefined;
  /** `fallback`: the deployed code stands behind the stub, and runs what no tunnel takes. */
  readonly mode: 'replace' | 'fallback';
  /** Variables of the user's that would have changed the stub's own process. */
  readonly movedVariables: Readonly<Record<string, string>>;
}

/** The deployed configuration is unusable; the text goes to the caller. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws SettingsError */
export function readSettings(variables: Variables): Settings {
  const text = variables[settingsVariable];
  if (!text)
    throw new SettingsError(
      `the environment variable ${settingsVariable} is missing: deploy this stack again in live mode`,
    );
  const given = parseObject(text);
  if (given.version !== 1) {
    throw new SettingsError(
      `${settingsVariable} has version ${String(given.version)}, this stub reads 1: deploy this stack again`,
    );
  }
  const field = (name: string): string => {
    const value = given[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new SettingsError(`${settingsVariable} has no "${name}": deploy this stack again in live mode`);
  };
  return {
    app: field('app'),
    session: field('session'),
    functionPath: field('function'),
    httpHost: field('httpHost'),
    realtimeHost: field('realtimeHost'),
    namespaces: namespaces(given.namespaces),
    trustedKeys: trustedKeys(given),
    mode: mode(given.mode),
    movedVariables: strings(given.environment),
  };
}

function mode(given: unknown): Settings['mode'] {
  if (given === undefined) return 'replace';
  if (given === 'replace' || given === 'fallback') return given;
  throw new SettingsError(`${settingsVariable} asks for a mode that this stub does not know: deploy this stack again`);
}

function namespaces(given: unknown): Namespaces {
  if (given === undefined) return ownNamespaces;
  const { toTunnel = '', toStub = '' } = strings(given);
  // One for both would let every stub hear what tunnels say to others.
  if (isChannelSegment(toTunnel) && isChannelSegment(toStub) && toTunnel !== toStub) return { toTunnel, toStub };
  throw new SettingsError(`${settingsVariable} has no valid "namespaces": deploy this stack again in live mode`);
}

function trustedKeys(given: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  if (given.trust === 'iam') return undefined;
  if (given.trust !== 'keys') {
    throw new SettingsError(
      `${settingsVariable} asks for a trust that this stub does not know: deploy this stack again`,
    );
  }
  const keys = Array.isArray(given.keys) ? given.keys : [];
  if (keys.length === 0 || !keys.every((key): key is string => typeof key === 'string' && isFingerprint(key))) {
    throw new SettingsError(`${settingsVariable} has no valid "keys": deploy this stack again in live mode`);
  }
  return keys;
}

/** The variables that the function's process sees, without the stub's own and without credentials. */
export function functionVariables(variables: Variables, settings: Settings): Record<string, string> {
  const own = new Set<string>([settingsVariable, wrapperVariable, ...credentialVariables]);
  return {
    ...strings(Object.fromEntries(Object.entries(variables).filter(([name]) => !own.has(name)))),
    ...settings.movedVariables,
  };
}

/**
 * The variables of the deployed code's process: all that it would have without the stub, but for the Runtime API's address.
 * @param runtimeApi address of the Runtime API that it talks to.
 */
export function deployedVariables(
  variables: Variables,
  settings: Settings,
  runtimeApi: string,
): Record<string, string> {
  const own = new Set<string>([settingsVariable, wrapperVariable]);
  return {
    ...strings(Object.fromEntries(Object.entries(variables).filter(([name]) => !own.has(name)))),
    ...settings.movedVariables,
    [runtimeApiVariable]: runtimeApi,
  };
}

/** The command that Lambda would have started: the runtime's own, through the user's wrapper where there is one. */
export function deployedCommand(runtimeCommand: readonly string[], settings: Settings): readonly string[] {
  const wrapper = settings.movedVariables[wrapperVariable];
  // Lambda's bootstrap is a shell script that replaces itself by the wrapper; one without a first line that names its
  // interpreter is run by the shell.
  return wrapper ? ['/bin/sh', '-c', 'exec "$0" "$@"', wrapper, ...runtimeCommand] : runtimeCommand;
}

/** The role's credentials, or undefined where the environment has none. */
export function roleCredentials(variables: Variables) {
  const [accessKeyId, secretAccessKey, sessionToken] = credentialVariables.map((name) => variables[name]);
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? '' }
    : undefined;
}

/** Lambda's runtime identifier, from `AWS_Lambda_nodejs22.x`. */
export function runtimeIdentifier(variables: Variables): string {
  return (variables.AWS_EXECUTION_ENV ?? '').replace(/^AWS_Lambda_/, '');
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // Told below, without the value, which is the user's.
  }
  throw new SettingsError(`${settingsVariable} is not JSON: deploy this stack again in live mode`);
}

function strings(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
