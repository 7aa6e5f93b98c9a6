import type { ManifestBundling } from './generated/manifest.ts';

type Copied = Exclude<keyof ManifestBundling, 'format' | 'hasCommandHooks' | 'bundleAwsSdk' | 'inject'>;

const COPIED: Readonly<Record<Copied, (value: unknown) => boolean>> = {
  target: isString,
  minify: isBoolean,
  keepNames: isBoolean,
  sourceMap: isBoolean,
  sourceMapMode: isString,
  sourcesContent: isBoolean,
  charset: isString,
  banner: isString,
  footer: isString,
  externalModules: isStrings,
  nodeModules: isStrings,
  mainFields: isStrings,
  define: (value) => isRecordOf(value, isString),
  loader: (value) => isRecordOf(value, isString),
  esbuildArgs: (value) => isRecordOf(value, (item) => isString(item) || isBoolean(item)),
  environment: (value) => isRecordOf(value, isString),
  preCompilation: isBoolean,
};

/**
 * Copies those bundling options of a `NodejsFunction` that decide what its code does.
 *
 * @param options CDK's `BundlingOptions`
 * @param relocate turns a path that the app wrote into one of the manifest's
 */
export function describeBundling(
  options: Readonly<Record<string, unknown>>,
  relocate: (path: string) => string,
): ManifestBundling {
  const { inject, bundleAwsSDK } = options;
  const copied = Object.entries(COPIED).filter(([name, accepts]) => accepts(options[name]));
  return {
    format: options.format === 'esm' ? 'esm' : 'cjs',
    ...Object.fromEntries(copied.map(([name]) => [name, options[name]])),
    ...(isBoolean(bundleAwsSDK) ? { bundleAwsSdk: bundleAwsSDK } : {}),
    ...(isStrings(inject) ? { inject: inject.map(relocate) } : {}),
    hasCommandHooks: options.commandHooks !== undefined,
  };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isRecordOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(accepts);
}
