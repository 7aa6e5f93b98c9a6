/** A package of one ES module, `index.mjs`. */
export function esm(source: string): { readonly files: Readonly<Record<string, string>> } {
  return { files: { 'index.mjs': source } };
}

/** A package of one CommonJS module, `index.js`. */
export function cjs(source: string): { readonly files: Readonly<Record<string, string>> } {
  return { files: { 'index.js': source } };
}

/** A package of one ES module that exports this expression as `handler`. */
export function handler(expression: string): { readonly files: Readonly<Record<string, string>> } {
  return esm(`export const handler = ${expression};`);
}
