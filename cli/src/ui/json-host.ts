import type { Host } from '../host.ts';

/** One JSON object a line, for programs. */
export function createJsonHost(write: (text: string) => void): Host {
  return { notify: (event) => write(`${JSON.stringify(event)}\n`) };
}
