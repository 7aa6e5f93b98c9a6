import { projectCommand } from '../project-command.ts';
import type { FunctionConfig } from './config.ts';
import type { LoadedConfig } from './config-file.ts';
import { placeOf } from './config-place.ts';
import type { Setting, Settings } from './settings.ts';

/** A setting as it is shown: the values of variables may be secrets, and are left out. */
export interface ShownSetting {
  readonly value: unknown;
  readonly layer: Setting<unknown>['layer'];
  /** Who set it; of a config file also the line, where it can be told. */
  readonly origin: string;
}

/** All settings by their names in the config. */
export function shownSettings(
  settings: Settings,
  loaded: LoadedConfig | undefined,
): Readonly<Record<string, ShownSetting>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, { value, layer, origin }]: [string, Setting<unknown>]) => {
      const place = layer === 'config' && loaded ? placeOf(loaded, [name]) : origin;
      const shown = name === 'functions' ? withoutValues(settings.functions.value) : (value ?? null);
      return [name, { value: shown, layer, origin: place }];
    }),
  );
}

function withoutValues(functions: Readonly<Record<string, FunctionConfig>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(functions).map(([id, { env, ...rest }]) => [id, env ? { ...rest, env: Object.keys(env) } : rest]),
  );
}

/** The settings as a table of name, value and origin. */
export function settingsText(shown: Readonly<Record<string, ShownSetting>>, file: string | undefined): string {
  const rows = Object.entries(shown).flatMap(([name, { value, origin }]) =>
    valueLines(value).map((text, index) => (index === 0 ? [name, text, origin] : ['', text, ''])),
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([name = '', text = '', origin = '']) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${text.padEnd(widths[1] ?? 0)}  ${origin}`.trimEnd(),
  );
  const head =
    file === undefined
      ? `No config file: \`${projectCommand('live-lambda init')}\` makes one.`
      : `Config file: ${file}`;
  return [head, '', ...lines].join('\n');
}

/** One line for each item of a list or function of the app. */
function valueLines(value: unknown): readonly string[] {
  if (value === null) return ['-'];
  if (Array.isArray(value)) return value.length === 0 ? ['-'] : value.map(String);
  if (typeof value !== 'object') return [String(value)];
  const members = Object.entries(value as Readonly<Record<string, FunctionConfig>>);
  if (members.length === 0) return ['-'];
  return members.map(
    ([id, config]) =>
      `${id}: ${Object.entries(config)
        .map(([key, each]) => `${key} ${[each].flat().join(', ')}`)
        .join('; ')}`,
  );
}
