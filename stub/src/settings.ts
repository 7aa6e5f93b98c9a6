import { isFingerprint } from '@live-lambda/protocol/identity';

/** The variable that the construct writes: where the stub's Events API is and which function it stands for. */
export const settingsVariable = 'LIVE_LAMBDA';
/** The variable that starts the stub instead of the runtime (Lambda Developer Guide, "Modifying the runtime environment"). */
const wrapperVariable = 'AWS_LAMBDA_EXEC_WRAPPER';

/** Variables that carry the role's credentials in Lambda. They travel in a field of their own. */
const credentialVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

export interface Settings {
  readonly app: string;
  readonly session: string;
  /** Construct path of the function. */
  readonly functionPath: string;
  readonly httpHost: string;
  readonly realtimeHost: string;
  /** Fingerprints of the keys whose tunnels are believed; undefined where whoever IAM lets publish is. */
  readonly trustedKeys: readonly string[] | undefined;
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
    trustedKeys: trustedKeys(given),
    movedVariables: strings(given.environment),
  };
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
