/** What Lambda's runtimes log of an error, as JSON. Source: AWS Lambda Developer Guide, "Logging for Node.js". */
interface LoggedError {
  readonly stack: readonly string[];
  /** What the error has besides its type, its message and its stack. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** Frames that are no code of the developer's: Node's own, and those of the client that calls the handler. */
const foreignFrame =
  /\((?:node:internal\/.*|(?:.*[\\/])?(?:@live-lambda[\\/]runner|runners)[\\/](?:dist|src)[\\/].*)\)$|^\s+at node:internal\//;

export interface RecordOptions {
  /** Of the invocation that it belongs to; undefined for what is logged outside of one. */
  readonly requestId: string | undefined;
  /** Every frame of a stack is shown. */
  readonly verbose: boolean;
}

/**
 * A line of output as a developer reads it. Lambda's text format begins each record with time, request id and level; the
 * level is enough here. An error that the runtime logs as JSON is shown as its stack.
 */
export function readableRecord(text: string, { requestId, verbose }: RecordOptions): string {
  const [, id, level, ...rest] = text.split('\t');
  if (id !== String(requestId) || level === undefined || rest.length === 0) return text;
  const [last = ''] = rest.slice(-1);
  const error = loggedError(last);
  if (error === undefined) return `${level} ${rest.join('\t')}`;
  const own = error.stack.filter((line, index) => index === 0 || verbose || !foreignFrame.test(line));
  const others = Object.keys(error.others).length === 0 ? [] : [`    ${JSON.stringify(error.others)}`];
  return [[level, ...rest.slice(0, -1)].join(' ').trimEnd(), ...own, ...others].join('\n');
}

function loggedError(json: string): LoggedError | undefined {
  if (!json.startsWith('{"errorType":')) return undefined;
  try {
    const { errorType: _type, errorMessage: _message, stack, ...others } = JSON.parse(json);
    const isStack = Array.isArray(stack) && stack.length > 0 && stack.every((line) => typeof line === 'string');
    return isStack ? { stack, others } : undefined;
  } catch {
    return undefined;
  }
}
