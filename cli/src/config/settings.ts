import { resolve } from 'node:path';
import { UserError } from '../user-error.ts';
import type { FunctionConfig, LiveLambdaConfig, StubTrust } from './config.ts';
import type { LoadedConfig } from './config-file.ts';

/** Where a setting's value comes from; a layer that comes first is stronger. */
export const layers = ['flag', 'environment', 'config', 'default'] as const;

/** The value of a setting, and who set it. */
export interface Setting<Value> {
  readonly value: Value;
  readonly layer: (typeof layers)[number];
  /** For people: `--app`, `LIVE_LAMBDA_APP`, the path of the config file, or `default`. */
  readonly origin: string;
}

/** What can be set, as it is used: paths are absolute. */
export interface SettingValues {
  readonly app: string;
  readonly endpoint: string | undefined;
  /** Undefined for that of the app's program. */
  readonly session: string | undefined;
  readonly runner: string | undefined;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  /** The first port for debuggers; undefined without. */
  readonly inspect: number | undefined;
  readonly inspectBrk: number | undefined;
  readonly maxEnvironments: number | undefined;
  /** In US dollars, for one start of the tunnel; undefined for no limit. */
  readonly budget: number | undefined;
  /** Tunnels that hold the session are asked for it at the start. */
  readonly takeOver: boolean;
  /** Undefined while nobody has said yes or no. */
  readonly fetchNode: boolean | undefined;
  readonly trustStub: StubTrust;
  readonly runners: readonly string[];
  readonly functions: Readonly<Record<string, FunctionConfig>>;
}

export type Settings = { readonly [Key in keyof SettingValues]: Setting<SettingValues[Key]> };

/** Flags as they were given on the command line, by the names of the settings; absent ones were not given. */
export type GivenFlags = { readonly [Key in FlagKey]?: SettingValues[Key] | undefined };

/** What can be set by a flag and by a variable, too. */
type FlagKey = Exclude<keyof SettingValues, 'runners' | 'functions'>;

/** Node's own default. Source: Node.js documentation, "Debugger", `--inspect`. */
export const defaultInspectorPort = 9229;

const prefix = 'LIVE_LAMBDA_';

export interface SettingSources {
  readonly flags: GivenFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly loaded: LoadedConfig | undefined;
  readonly currentFolder: string;
  /** Folder of the synthesized app where nobody names one; absolute. */
  readonly defaultApp: string;
}

/**
 * What holds: flag over environment over config over default, with the origin of each.
 * @throws UserError for a variable that cannot be read as what it sets.
 */
export function resolveSettings(sources: SettingSources): Settings {
  const config = sources.loaded?.config ?? {};
  const app = choose(sources, 'app', (text) => text, sources.defaultApp);
  const appFolder = app.layer === 'config' ? (sources.loaded?.folder ?? '.') : sources.currentFolder;
  const fromConfig = <Value>(value: Value | undefined, fallback: Value): Setting<Value> =>
    value === undefined || !sources.loaded
      ? { value: fallback, layer: 'default', origin: 'default' }
      : { value, layer: 'config', origin: sources.loaded.file };
  return deepFreeze({
    app: { ...app, value: resolve(appFolder, app.value) },
    endpoint: choose(sources, 'endpoint', (text) => text, undefined),
    session: choose(sources, 'session', (text) => text, undefined),
    runner: choose(sources, 'runner', (text) => text, undefined),
    verbose: choose(sources, 'verbose', readBoolean, false),
    quiet: choose(sources, 'quiet', readBoolean, false),
    json: choose(sources, 'json', readBoolean, false),
    inspect: choose(sources, 'inspect', readInspector, undefined),
    inspectBrk: choose(sources, 'inspectBrk', readInspector, undefined),
    maxEnvironments: choose(sources, 'maxEnvironments', readCount, undefined),
    budget: choose(sources, 'budget', readBudget, undefined),
    takeOver: choose(sources, 'takeOver', readBoolean, false),
    fetchNode: choose<boolean | undefined>(sources, 'fetchNode', readBoolean, undefined),
    trustStub: choose<StubTrust>(sources, 'trustStub', readStubTrust, 'sts'),
    runners: fromConfig(config.runners, []),
    functions: fromConfig(config.functions, {}),
  });
}

/** `maxEnvironments` → `max-environments` */
function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `maxEnvironments` → `LIVE_LAMBDA_MAX_ENVIRONMENTS` */
export function variableName(key: string): string {
  return prefix + flagName(key).replaceAll('-', '_').toUpperCase();
}

/** Gives the value, or a fault: what the text must be instead. */
type Read<Value> = (text: string) => Value | { readonly fault: string };

function choose<Value extends string | number | boolean | undefined>(
  sources: SettingSources,
  key: FlagKey,
  read: Read<Value>,
  fallback: Value,
): Setting<Value> {
  const flag = sources.flags[key];
  if (flag !== undefined) return { value: flag as Value, layer: 'flag', origin: `--${flagName(key)}` };
  const variable = variableName(key);
  const text = sources.environment[variable];
  // An empty variable is how shells and CI systems unset one.
  if (text !== undefined && text !== '') {
    const value = read(text);
    if (typeof value !== 'object') return { value, layer: 'environment', origin: variable };
    throw new UserError(
      `The variable ${variable} must be ${value.fault}, and is "${text}".`,
      `Correct or unset it; the flag is --${flagName(key)}.`,
    );
  }
  const configured = configValue(sources.loaded?.config, key);
  if (configured !== undefined && sources.loaded) {
    return { value: configured as Value, layer: 'config', origin: sources.loaded.file };
  }
  return { value: fallback, layer: 'default', origin: 'default' };
}

function configValue(config: LiveLambdaConfig | undefined, key: FlagKey): SettingValues[FlagKey] {
  if (key !== 'inspect' && key !== 'inspectBrk') return config?.[key];
  const value = config?.[key];
  if (value === true) return defaultInspectorPort;
  return value === false ? undefined : value;
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

function readBoolean(text: string): boolean | { readonly fault: string } {
  return truths[text.toLowerCase()] ?? { fault: 'true or false' };
}

function readInspector(text: string): number | undefined | { readonly fault: string } {
  const truth = truths[text.toLowerCase()];
  if (truth !== undefined) return truth ? defaultInspectorPort : undefined;
  const port = readPort(text);
  return port ?? { fault: 'true, false or a port' };
}

/** A port, or undefined for what is none. */
export function readPort(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}

function readStubTrust(text: string): StubTrust | { readonly fault: string } {
  return text === 'sts' || text === 'none' ? text : { fault: 'sts or none' };
}

function readCount(text: string): number | { readonly fault: string } {
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : { fault: 'a whole number, at least 1' };
}

function readBudget(text: string): number | { readonly fault: string } {
  return readDollars(text) ?? { fault: 'a price in US dollars, such as 0.50' };
}

/** A price above nothing in US dollars, or undefined for what is none. */
export function readDollars(text: string): number | undefined {
  const dollars = Number(text);
  return /^\d*\.?\d+$/.test(text) && dollars > 0 && Number.isFinite(dollars) ? dollars : undefined;
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
