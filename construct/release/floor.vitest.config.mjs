import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { defineConfig } from 'vitest/config';
import { packageFolder } from './build.mjs';

// Runs the tests of this package on the package as it is published, with the aws-cdk-lib of the folder in
// LIVE_LAMBDA_CDK_FOLDER.
const folder = process.env.LIVE_LAMBDA_CDK_FOLDER;
if (folder === undefined) throw new Error('LIVE_LAMBDA_CDK_FOLDER is not set: run npm run test:floor');
const construct = join(import.meta.dirname, '..');
const published = join(packageFolder, 'dist');
const installed = (name) => dirname(createRequire(`${folder}/`).resolve(`${name}/package.json`));

/** What a test imports of `src` comes from what jsii has made of it. */
const publishedInPlaceOfSource = {
  name: 'published-in-place-of-source',
  enforce: 'pre',
  resolveId(specifier, importer) {
    if (importer === undefined || !specifier.startsWith('.') || !specifier.endsWith('.ts')) return undefined;
    const file = relative(join(construct, 'src'), resolve(dirname(importer), specifier));
    if (file.startsWith('..') || file.endsWith('.test.ts') || file.startsWith(`fixtures${sep}`)) return undefined;
    return join(published, file.replace(/\.ts$/, '.js'));
  },
};

export default defineConfig({
  plugins: [publishedInPlaceOfSource],
  resolve: {
    alias: ['aws-cdk-lib', 'constructs'].map((name) => ({
      find: new RegExp(`^${name}(?=/|$)`),
      replacement: installed(name),
    })),
  },
  test: {
    name: 'floor',
    root: construct,
    include: ['src/**/*.test.ts', 'release/published-form.test.mjs'],
    // Needs a newer aws-cdk-lib than the floor.
    exclude: ['src/cdk-nag.test.ts'],
    pool: 'forks',
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 30_000,
  },
});
