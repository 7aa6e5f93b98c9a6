import { types } from 'node:util';
import type { Generation } from './generation.ts';

/** The error types that Lambda's Node runtime reports on its own account; the caller sees `Runtime.<name>`. */
export type RuntimeErrorName =
  | 'CallbackHandlerDeprecated'
  | 'HandlerNotFound'
  | 'ImportModuleError'
  | 'InvalidStreamingOperation'
  | 'JSONStringifyError'
  | 'MalformedHandlerName'
  | 'MalformedStreamingHandler'
  | 'NodeJsExit'
  | 'PlatformError'
  | 'UnhandledPromiseRejection'
  | 'UserCodeSyntaxError';

export interface RuntimeErrorOptions {
  readonly generation: Generation;
  readonly name: RuntimeErrorName;
  readonly message: string;
}

/** An error of the runtime itself. */
export function runtimeError({ generation, name, message }: RuntimeErrorOptions): Error {
  const error = new Error(message);
  const value = `Runtime.${name}`;
  // Shows among the error's own properties in the log of the newer generation only.
  const enumerable = generation === 'promise';
  Object.defineProperty(error, 'name', { value, enumerable, configurable: true, writable: true });
  Error.captureStackTrace(error, runtimeError);
  return error;
}

/** What the caller of a function sees of an error. A key may be absent, as JSON drops an undefined value. */
export interface ErrorBody {
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  readonly trace?: readonly string[];
}

/** Lambda's text for an error whose own properties cannot be read. */
const UNREADABLE_ERROR =
  'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';

/** An error as the caller sees it. */
export function errorBody(error: unknown, generation: Generation): ErrorBody {
  return generation === 'callback' ? callbackEraErrorBody(error) : promiseEraErrorBody(error);
}

/** Errors as nodejs22.x and older report them: what looks like an error is one. */
function callbackEraErrorBody(error: unknown): ErrorBody {
  try {
    if (!types.isNativeError(error) && !looksLikeError(error)) {
      return { errorType: typeof error, errorMessage: (error as object).toString(), trace: [] };
    }
    return {
      errorType: escapeDelete(error.name),
      errorMessage: escapeDelete(error.message),
      trace: (error.stack as string).replaceAll('\u007f', '%7F').split('\n'),
    };
  } catch {
    return { errorType: 'handled', errorMessage: UNREADABLE_ERROR };
  }
}

/** Errors as nodejs24.x and newer report them: only an `Error` of this realm is one. */
function promiseEraErrorBody(error: unknown): ErrorBody {
  try {
    if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    return {
      errorType: escapeDelete(error.name),
      errorMessage: escapeDelete(error.message),
      trace: error.stack?.replaceAll('\u007f', '%7F').split('\n') ?? [],
    };
  } catch {
    return { errorType: 'handled', errorMessage: UNREADABLE_ERROR, trace: [] };
  }
}

/** What was thrown, as an `Error`: the runtime logs nothing else. */
export function toError(thrown: unknown, generation: Generation): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(generation === 'callback' ? (thrown as string) : String(thrown));
}

/** The error with everything that it carries, as the runtime logs it behind a tab. */
export function toLoggedError(error: Error, generation: Generation): string {
  try {
    return `\t${JSON.stringify(error, (_key, value: unknown) => (value instanceof Error ? enumerable(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(errorBody(error, generation))}`;
  }
}

function enumerable(error: Error & { readonly code?: unknown }): object {
  return {
    errorType: error.name,
    errorMessage: error.message,
    code: error.code,
    ...error,
    ...(typeof error.stack === 'string' ? { stack: error.stack.split('\n') } : {}),
  };
}

function looksLikeError(value: unknown): value is Error {
  const { name, message, stack } = (value ?? {}) as Partial<Record<'name' | 'message' | 'stack', unknown>>;
  return [name, message, stack].every((text) => typeof text === 'string' && text !== '');
}

/** The control character DEL may not stand in an HTTP header, where the type of an error goes. */
function escapeDelete(text: string | undefined): string | undefined {
  return text?.replaceAll('\u007f', '%7F');
}
