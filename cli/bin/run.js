#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { execute } from '@oclif/core/execute';
import { settings } from '@oclif/core/settings';
import { findProjectPlugins } from '../dist/plugins/find-project-plugins.js';

// The AWS SDK announces the end of its own support for Node 20 at each start; which Node this runs on is not its user's news.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// The commands are compiled when this is built; a stray TypeScript configuration of the user's must not matter.
settings.enableAutoTranspile = false;

const asksForVersion = ['--version', '-v'].includes(process.argv[2] ?? '');
const plugins = asksForVersion ? undefined : findProjectPlugins(process.cwd());
if (plugins === undefined) {
  await execute({ dir: import.meta.url });
} else {
  const { configWithPlugins } = await import('../dist/plugins/project-plugins.js');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const warn = (text) => process.stderr.write(`Warning: ${text}\n`);
  await execute({ loadOptions: await configWithPlugins(root, plugins, warn) });
}
