import { fileURLToPath } from 'node:url';

/** Deep enough for an app whose functions are made inside constructs inside constructs. */
const MAX_STACK_FRAMES = 100;

/** The files in which the calls that led here are written, innermost first, packages and Node.js itself left out. */
export function callSiteFiles(): readonly string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_STACK_FRAMES;
  const stack = new Error('call sites').stack ?? '';
  Error.stackTraceLimit = limit;
  const files = stack.split('\n').flatMap((line) => {
    const file = /(?:\(|at )((?:file:\/\/)?[^()\s][^()]*):\d+:\d+\)?$/.exec(line)?.[1];
    if (file === undefined || file.startsWith('node:') || file.includes('node_modules')) return [];
    return [file.startsWith('file:') ? fileURLToPath(file) : file];
  });
  return [...new Set(files)];
}
