import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Where a process that takes orders finds its end of the pipe: the first descriptor after the standard ones. */
export const CONTROL_FD = 3;

/** A longer line is no message of ours: one file's name has at most 4,096 bytes (Linux, `PATH_MAX`), and they come in batches. */
const MAX_MESSAGE_CHARACTERS = 8 * 1_048_576;

/** Variables to set, or to unset where null. */
export type VariableChanges = Readonly<Record<string, string | null>>;

/** What a process is told. */
export type ControlOrder =
  /** Ends the hold: the changes are made, and the function's code is loaded. */
  | { readonly type: 'load'; readonly env?: VariableChanges }
  /** Changes of variables before the event whose headers name the version. */
  | { readonly type: 'env'; readonly version: number; readonly env: VariableChanges };

/** What a process tells. */
export type ControlReport =
  /** It waits, with nothing of the function's code loaded. */
  | { readonly type: 'held' }
  /** Files of the function's code that were read: absolute, real paths. */
  | { readonly type: 'loaded'; readonly files: readonly string[] }
  /** A debugger can attach to it: `ws://127.0.0.1:PORT/ID`. */
  | { readonly type: 'inspector'; readonly url: string };

export interface ControlChannel {
  /** Quiet if the process has ended. */
  send(order: ControlOrder): void;
  close(): void;
}

/** Our end of the pipe to a process: lines of JSON. What is none of our reports is ignored. */
export function openControlChannel(pipe: Duplex, onReport: (report: ControlReport) => void): ControlChannel {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  pipe.on('data', (chunk: Buffer) => {
    const lines = (pending + decoder.write(chunk)).split('\n');
    pending = lines.pop() ?? '';
    if (pending.length > MAX_MESSAGE_CHARACTERS) pending = '';
    for (const line of lines) {
      const report = parseReport(line);
      if (report !== undefined) onReport(report);
    }
  });
  // The process may end, or close its end, at any time.
  pipe.on('error', () => undefined);
  return {
    send: (order) => {
      if (pipe.writable) pipe.write(`${JSON.stringify(order)}\n`);
    },
    close: () => {
      pipe.removeAllListeners('data');
      pipe.destroy();
    },
  };
}

function parseReport(line: string): ControlReport | undefined {
  const message = parseObject(line);
  switch (message?.type) {
    case 'held':
      return { type: 'held' };
    case 'loaded': {
      const { files } = message;
      return Array.isArray(files)
        ? { type: 'loaded', files: files.filter((file) => typeof file === 'string') }
        : undefined;
    }
    case 'inspector':
      return typeof message.url === 'string' ? { type: 'inspector', url: message.url } : undefined;
    default:
      return undefined;
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
