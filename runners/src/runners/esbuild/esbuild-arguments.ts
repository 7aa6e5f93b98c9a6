import type { BuildOptions } from 'esbuild';

/**
 * How the value of a flag is read: `items` are `--name:value`, each once more; `pairs` are `--name:key=value`; `list`
 * is separated by commas. `placed` decide where output goes or what is printed, which is not the app's business here.
 */
type Reading = 'flag' | 'text' | 'number' | 'regexp' | 'list' | 'items' | 'pairs' | 'placed';

/** Source: esbuild's `pkg/cli/cli_impl.go`; the option of the API is the name in camel case. */
const FLAGS: Readonly<Record<string, Reading>> = {
  'abs-paths': 'list',
  alias: 'pairs',
  'allow-overwrite': 'placed',
  analyze: 'placed',
  'asset-names': 'text',
  banner: 'pairs',
  bundle: 'placed',
  charset: 'text',
  'chunk-names': 'text',
  color: 'placed',
  conditions: 'list',
  define: 'pairs',
  drop: 'items',
  'drop-labels': 'list',
  'entry-names': 'placed',
  external: 'items',
  footer: 'pairs',
  format: 'text',
  'global-name': 'text',
  'ignore-annotations': 'flag',
  inject: 'items',
  jsx: 'text',
  'jsx-dev': 'flag',
  'jsx-factory': 'text',
  'jsx-fragment': 'text',
  'jsx-import-source': 'text',
  'jsx-side-effects': 'flag',
  'keep-names': 'flag',
  'legal-comments': 'text',
  'line-limit': 'number',
  loader: 'pairs',
  'log-level': 'placed',
  'log-limit': 'placed',
  'log-override': 'pairs',
  'main-fields': 'list',
  'mangle-props': 'regexp',
  'mangle-quoted': 'flag',
  metafile: 'placed',
  minify: 'flag',
  'minify-identifiers': 'flag',
  'minify-syntax': 'flag',
  'minify-whitespace': 'flag',
  'out-extension': 'placed',
  outbase: 'placed',
  outdir: 'placed',
  outfile: 'placed',
  packages: 'text',
  platform: 'text',
  'preserve-symlinks': 'flag',
  'public-path': 'text',
  pure: 'items',
  'reserve-props': 'regexp',
  'resolve-extensions': 'list',
  'source-root': 'text',
  sourcemap: 'text',
  'sources-content': 'flag',
  supported: 'pairs',
  target: 'list',
  'tree-shaking': 'flag',
  tsconfig: 'text',
  'tsconfig-raw': 'text',
};

/** Flags that CDK joins to their value with a colon. Source: AWS CDK 2, `toCliArgs` of `aws-lambda-nodejs`. */
const COLON_FLAGS = new Set(['alias', 'drop', 'pure', 'log-override', 'out-extension']);

export interface AppliedArguments {
  readonly options: BuildOptions;
  /** Arguments that esbuild's API has no option for. */
  readonly ignored: readonly string[];
}

/** Adds arguments of esbuild's command line, as CDK's `esbuildArgs` has them, to options of its API. They are stronger. */
export function applyEsbuildArguments(
  options: BuildOptions,
  esbuildArgs: Readonly<Record<string, string | boolean>>,
): AppliedArguments {
  const applied: Record<string, unknown> = { ...options };
  const ignored: string[] = [];
  for (const [key, value] of Object.entries(esbuildArgs)) {
    const argument = argumentOf(key, value);
    if (argument !== undefined && !apply(applied, argument)) ignored.push(argument);
  }
  return { options: applied, ignored };
}

/** The argument that CDK makes of one entry, without leading dashes; undefined for one that is switched off. */
function argumentOf(key: string, value: string | boolean): string | undefined {
  const name = key.replace(/^-+/, '');
  if (value === true || value === '') return name;
  if (value === false) return undefined;
  return COLON_FLAGS.has(name) ? `${name}:${value}` : `${name}=${value}`;
}

function apply(options: Record<string, unknown>, argument: string): boolean {
  const [, name = '', rest] = /^([a-z-]+)(.*)$/s.exec(argument) ?? [];
  const reading = FLAGS[name];
  if (reading === undefined) return false;
  if (reading === 'placed') return true;
  const option = camelCase(name);
  const given = rest?.slice(1) ?? '';
  switch (reading) {
    case 'pairs': {
      const [key = '', value = ''] = splitOnce(given);
      options[option] = {
        ...(options[option] as object | undefined),
        [key]: name === 'supported' ? value === 'true' : value,
      };
      return true;
    }
    case 'items':
      options[option] = [...((options[option] as readonly string[] | undefined) ?? []), given];
      return true;
    default:
      options[option] = read(reading, rest === '' ? undefined : given);
      return true;
  }
}

function read(reading: Exclude<Reading, 'pairs' | 'items' | 'placed'>, given: string | undefined): unknown {
  switch (reading) {
    case 'flag':
      return given !== 'false';
    case 'number':
      return Number(given);
    case 'regexp':
      return new RegExp(given ?? '');
    case 'list':
      return given?.split(',') ?? [];
    case 'text':
      return given ?? true;
  }
}

function splitOnce(text: string): readonly string[] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
