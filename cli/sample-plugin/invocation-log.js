import { join } from 'node:path';

/** Where the listener writes and the command reads: a file of JSON lines in live-lambda's own cache. */
export function invocationLog({ cacheDir }) {
  return join(cacheDir, 'sample-plugin-invocations.jsonl');
}
