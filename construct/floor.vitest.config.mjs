import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { defineConfig } from 'vitest/config';

// Runs the tests of this package against another version of aws-cdk-lib: that of the folder in LIVE_LAMBDA_CDK_FOLDER.
const folder = process.env.LIVE_LAMBDA_CDK_FOLDER;
if (folder === undefined) throw new Error('LIVE_LAMBDA_CDK_FOLDER is not set: run npm run test:floor');
const packageFolder = (name) => dirname(createRequire(`${folder}/`).resolve(`${name}/package.json`));

export default defineConfig({
  resolve: {
    alias: ['aws-cdk-lib', 'constructs'].map((name) => ({
      find: new RegExp(`^${name}(?=/|$)`),
      replacement: packageFolder(name),
    })),
  },
  test: {
    name: 'floor',
    root: import.meta.dirname,
    include: ['src/**/*.test.ts'],
    // Needs a newer aws-cdk-lib than the floor.
    exclude: ['src/cdk-nag.test.ts'],
    pool: 'forks',
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 30_000,
  },
});
