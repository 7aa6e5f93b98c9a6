/**
 * The manifest's format, from the package that owns it. Types alone, which are gone at run time; written as import types
 * because that package is an ECMAScript module and this one is CommonJS.
 */
type Format = typeof import('@live-lambda/protocol/manifest', { with: { 'resolution-mode': 'import' }});
export type ManifestFileName = Format['manifestFileName'];

export type Manifest = import('@live-lambda/protocol/manifest', { with: { 'resolution-mode': 'import' }}).Manifest;
export type ManifestBundling = import('@live-lambda/protocol/manifest', { with: {
  'resolution-mode': 'import',
}}).ManifestBundling;
export type ManifestFunction = import('@live-lambda/protocol/manifest', { with: {
  'resolution-mode': 'import',
}}).ManifestFunction;
export type ManifestStack = import('@live-lambda/protocol/manifest', { with: {
  'resolution-mode': 'import',
}}).ManifestStack;
export type DescribedFunction = import('@live-lambda/protocol/manifest', { with: {
  'resolution-mode': 'import',
}}).DescribedFunction;
export type EntrySource = import('@live-lambda/protocol/manifest', { with: {
  'resolution-mode': 'import',
}}).EntrySource;
export type ManifestApi = import('@live-lambda/protocol/manifest', { with: {
  'resolution-mode': 'import',
}}).ManifestApi;
