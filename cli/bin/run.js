#!/usr/bin/env node
import { execute } from '@oclif/core/execute';
import { settings } from '@oclif/core/settings';

// The AWS SDK announces the end of its own support for Node 20 at each start; which Node this runs on is not its user's news.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// The commands are compiled when this is built; a stray TypeScript configuration of the user's must not matter.
settings.enableAutoTranspile = false;
await execute({ dir: import.meta.url });
