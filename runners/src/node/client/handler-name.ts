import { basename } from 'node:path';
import type { Generation } from './generation.ts';
import { runtimeError } from './runtime-error.ts';

/** A handler string taken apart: `src/orders.api.create` is the export `api.create` of `orders` in `src/`. */
export interface HandlerName {
  readonly folder: string;
  readonly module: string;
  readonly exportPath: string;
}

/**
 * Takes a handler string apart as Lambda does: at the first dot of its last part.
 * @throws Runtime.MalformedHandlerName
 */
export function parseHandlerName(handler: string, generation: Generation): HandlerName {
  const malformed = (message: string): Error => runtimeError({ generation, name: 'MalformedHandlerName', message });
  if (handler.includes('..')) {
    throw malformed(
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = basename(handler);
  const dot = file.indexOf('.');
  if (dot === -1) throw malformed('Bad handler');
  return {
    folder: handler.slice(0, handler.indexOf(file)),
    module: file.slice(0, dot),
    exportPath: file.slice(dot + 1),
  };
}
