import { deployedHandler } from './deployed-handler.ts';
import { layerPaths } from './layer-paths.ts';
import { debuggerNodeOptions, harmlessNodeOptions } from './node-options.ts';
import type { FunctionSpec, LaunchCommand, LaunchPlan } from './runner.ts';
import { isWithheld } from './withheld-variables.ts';

/** Credentials of the function's role. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch milliseconds. With it, AWS SDKs ask again in time instead of keeping the first credentials for ever. */
  readonly expirationMs?: number;
}

export interface FunctionEnvironmentOptions {
  /** The variables of this machine. */
  readonly laptop: Readonly<Record<string, string | undefined>>;
  /** The variables of the function's environment in AWS. */
  readonly cloud: Readonly<Record<string, string>>;
  readonly credentials: RoleCredentials;
  readonly fn: FunctionSpec;
  /** Windows does not tell upper from lower case in names. */
  readonly platform: NodeJS.Platform;
  /** A debugger that started this program may attach to the function: VS Code's auto-attach, WebStorm. Off by default. */
  readonly passDebugger?: boolean;
}

export interface FunctionEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables that the function has in AWS and is not given here, since they would run other code. Sorted. */
  readonly withheld: readonly string[];
}

/** What a program needs of this machine to run at all. Everything else stays outside, AWS profiles and tokens first. */
const LAPTOP_VARIABLES = new Set(['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'USER']);

const WINDOWS_LAPTOP_VARIABLES = new Set([
  'APPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'NUMBER_OF_PROCESSORS',
  'PATH',
  'PATHEXT',
  'PROCESSOR_ARCHITECTURE',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
]);

/**
 * Facts of the machine that the function runs on in AWS, or written anew here. Taking them over would be wrong.
 * Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
 */
const REPLACED_VARIABLES = new Set([
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_EXEC_WRAPPER',
  'AWS_LAMBDA_MAX_CONCURRENCY',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_SECURITY_TOKEN',
  'AWS_SESSION_TOKEN',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_RUNTIME_NAME',
  'LAMBDA_TASK_ROOT',
  'PWD',
  'SHLVL',
]);

/** Ours, or reserved by Lambda: customers cannot set names that begin with an underscore. */
const REPLACED_PREFIXES = ['LIVE_LAMBDA', '_'];

/**
 * The values with which a runtime behaves as an ordinary one; SnapStart and Managed Instances speak a Runtime API of
 * another kind.
 */
const ORDINARY_INITIALIZATION = new Set(['on-demand', 'provisioned-concurrency']);

/** What VS Code and JetBrains' editors tell the processes that they debug, besides `NODE_OPTIONS`. */
const DEBUGGER_VARIABLES = /^(?:VSCODE_INSPECTOR_OPTIONS|JB_.*)$/;

/** The environment variables of a function's process: few of this machine, the function's own, credentials, Lambda's. */
export function functionEnvironment(options: FunctionEnvironmentOptions): FunctionEnvironment {
  const { laptop, cloud, credentials, fn, platform } = options;
  const variables = createVariables(platform);
  const withheld: string[] = [];
  const allowed = platform === 'win32' ? WINDOWS_LAPTOP_VARIABLES : LAPTOP_VARIABLES;
  for (const [name, value] of Object.entries(laptop)) {
    if (value !== undefined && allowed.has(platform === 'win32' ? name.toUpperCase() : name))
      variables.set(name, value);
  }
  const ownNodeOptions = harmlessNodeOptions(cloud.NODE_OPTIONS ?? '');
  for (const [name, value] of Object.entries(cloud)) {
    if (isReplaced(name) || (name === 'NODE_OPTIONS' && !ownNodeOptions.reduced)) continue;
    if (isWithheld(name, value) || !isPossible(name, value)) withheld.push(name);
    else variables.set(name, value);
  }
  const debuggers = options.passDebugger ? setDebugger(variables, laptop) : '';
  const nodeOptions = [debuggers, ownNodeOptions.value].filter((each) => each !== '').join(' ');
  if (nodeOptions !== '') variables.set('NODE_OPTIONS', nodeOptions);
  setCredentials(variables, credentials, fn.runtime);
  hideDeveloper(variables, platform);
  setLambdaVariables({ variables, cloud, fn, platform });
  setLayers(variables, fn, platform);
  return { env: variables.toRecord(), withheld: withheld.sort() };
}

/** Returns what of this machine's `NODE_OPTIONS` is the debugger's. */
function setDebugger(variables: Variables, laptop: FunctionEnvironmentOptions['laptop']): string {
  for (const [name, value] of Object.entries(laptop)) {
    if (value !== undefined && DEBUGGER_VARIABLES.test(name)) variables.set(name, value);
  }
  return debuggerNodeOptions(laptop.NODE_OPTIONS ?? '').value;
}

function setLayers(variables: Variables, fn: FunctionSpec, platform: NodeJS.Platform): void {
  const { variables: found, programs } = layerPaths({ fn, platform });
  for (const [name, value] of Object.entries(found)) variables.set(name, value);
  if (programs.length === 0) return;
  const path = [variables.get('PATH') ?? '', ...programs].filter((each) => each !== '');
  variables.set('PATH', path.join(platform === 'win32' ? ';' : ':'));
}

/** Joins what a runner starts with the environment of the function. */
export function createLaunchPlan(launch: LaunchCommand, environment: FunctionEnvironment): LaunchPlan {
  return { ...launch, env: { ...environment.env, PWD: launch.cwd, ...launch.env } };
}

interface Variables {
  set(name: string, value: string): void;
  get(name: string): string | undefined;
  has(name: string): boolean;
  toRecord(): Record<string, string>;
}

/** A set of variables in which, on Windows, `Path` and `PATH` are one. */
function createVariables(platform: NodeJS.Platform): Variables {
  const byKey = new Map<string, readonly [name: string, value: string]>();
  const key = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  return {
    set: (name, value) => void byKey.set(key(name), [name, value]),
    get: (name) => byKey.get(key(name))?.[1],
    has: (name) => byKey.has(key(name)),
    toRecord: () => Object.fromEntries(byKey.values()),
  };
}

function isReplaced(name: string): boolean {
  const upper = name.toUpperCase();
  return REPLACED_VARIABLES.has(upper) || REPLACED_PREFIXES.some((prefix) => upper.startsWith(prefix));
}

/** What no operating system takes in an environment. */
function isPossible(name: string, value: string): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0') && !value.includes('\0');
}

function setCredentials(variables: Variables, credentials: RoleCredentials, runtime: string): void {
  variables.set('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  variables.set('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
  variables.set('AWS_SESSION_TOKEN', credentials.sessionToken);
  if (credentials.expirationMs !== undefined) {
    variables.set('AWS_CREDENTIAL_EXPIRATION', new Date(credentials.expirationMs).toISOString());
  }
  if (runtime === 'java8.al2') {
    variables.set('AWS_ACCESS_KEY', credentials.accessKeyId);
    variables.set('AWS_SECRET_KEY', credentials.secretAccessKey);
  }
}

/**
 * Lambda has no files of AWS's tools, and no instance that gives out credentials. Here both are the developer's: code that
 * does not find the role's credentials must fail as it does there, and not go on as somebody else; nor do settings of a
 * profile hold for it. Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files", "IMDS credential
 * provider".
 */
function hideDeveloper(variables: Variables, platform: NodeJS.Platform): void {
  const nothing = platform === 'win32' ? '\\\\.\\nul' : '/dev/null';
  variables.set('AWS_CONFIG_FILE', nothing);
  variables.set('AWS_SHARED_CREDENTIALS_FILE', nothing);
  variables.set('AWS_EC2_METADATA_DISABLED', 'true');
}

interface LambdaVariablesOptions {
  readonly variables: Variables;
  readonly cloud: Readonly<Record<string, string>>;
  readonly fn: FunctionSpec;
  readonly platform: NodeJS.Platform;
}

function setLambdaVariables({ variables, cloud, fn, platform }: LambdaVariablesOptions): void {
  const setDefault = (name: string, value: string): void => {
    if (!variables.has(name)) variables.set(name, value);
  };
  // Both can be set by customers; these are Lambda's own values.
  setDefault('LANG', 'en_US.UTF-8');
  setDefault('TZ', ':UTC');
  // Only POSIX libraries know the colon.
  if (platform === 'win32' && (cloud.TZ ?? ':UTC') === ':UTC') variables.set('TZ', 'UTC');
  setDefault('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', String(fn.memoryMb));
  const initialization = cloud.AWS_LAMBDA_INITIALIZATION_TYPE ?? '';
  const type = ORDINARY_INITIALIZATION.has(initialization) ? initialization : 'on-demand';
  variables.set('AWS_LAMBDA_INITIALIZATION_TYPE', type);
  if (!fn.runtime.startsWith('provided')) variables.set('AWS_EXECUTION_ENV', `AWS_Lambda_${fn.runtime}`);
  variables.set('LAMBDA_TASK_ROOT', fn.root);
  variables.set('_HANDLER', deployedHandler(fn));
  variables.set('PWD', fn.root);
  if (/^(nodejs|python|ruby|dotnet)/.test(fn.runtime)) variables.set('SHLVL', '0');
}
