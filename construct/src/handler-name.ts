/** The two halves of Lambda's `Handler` setting. */
export interface HandlerName {
  /** The file without its extension, relative to `/var/task`, with posix slashes. */
  readonly module: string;
  /** What the file exports under this name; with dots for a value inside an exported object. */
  readonly exportName: string;
}

/**
 * Splits `Handler` of a Node.js function: everything up to the first dot of the last path segment is the file.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html}
 */
export function parseNodeHandler(handler: string): HandlerName | undefined {
  const start = handler.lastIndexOf('/') + 1;
  return split(handler, handler.indexOf('.', start));
}

/**
 * Splits `Handler` of a Python function: everything up to the last dot is the module, its dots being directories.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html}
 */
export function parsePythonHandler(handler: string): HandlerName | undefined {
  const name = split(handler, handler.lastIndexOf('.'));
  return name && { ...name, module: name.module.replaceAll('.', '/') };
}

function split(handler: string, dot: number): HandlerName | undefined {
  const module = handler.slice(0, dot);
  const exportName = handler.slice(dot + 1);
  return dot <= 0 || exportName === '' || module.endsWith('/') ? undefined : { module, exportName };
}
