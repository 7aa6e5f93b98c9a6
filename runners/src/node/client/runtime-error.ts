import { types } from 'node:util';

/** The error types that Lambda's Node runtime reports on its own account; the caller sees `Runtime.<name>`. */
export type RuntimeErrorName =
  | 'CallbackHandlerDeprecated'
  | 'HandlerNotFound'
  | 'ImportModuleError'
  | 'JSONStringifyError'
  | 'MalformedHandlerName'
  | 'MalformedStreamingHandler'
  | 'NodeJsExit'
  | 'StreamingNotSupported'
  | 'UnhandledPromiseRejection'
  | 'UserCodeSyntaxError';

/**
 * An error of the runtime itself. Where it stands for another error its trace is that error's, whose lines name the
 * file and the place that are at fault.
 */
export function runtimeError(name: RuntimeErrorName, message: string, about?: Error): Error {
  const error = new Error(message);
  // Not enumerable, so that it does not show among the error's own properties in the log.
  Object.defineProperty(error, 'name', { value: `Runtime.${name}`, configurable: true, writable: true });
  const frames = about === undefined ? error.stack?.split('\n').slice(1).join('\n') : about.stack;
  error.stack = `${error.name}: ${message}${frames ? `\n${frames}` : ''}`;
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

/** Errors as nodejs22.x and older report them: what looks like an error is one. */
export function callbackEraErrorBody(error: unknown): ErrorBody {
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
export function promiseEraErrorBody(error: unknown): ErrorBody {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  try {
    return {
      errorType: escapeDelete(error.name),
      errorMessage: escapeDelete(error.message),
      trace: error.stack === undefined ? [] : error.stack.replaceAll('\u007f', '%7F').split('\n'),
    };
  } catch {
    return { errorType: 'handled', errorMessage: UNREADABLE_ERROR, trace: [] };
  }
}

/** The error with everything that it carries, as the runtime logs it behind a tab. */
export function toLoggedError(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : new Error(thrown as string);
  try {
    return `\t${JSON.stringify(error, (_key, value: unknown) => (value instanceof Error ? enumerable(value) : value))}`;
  } catch {
    return `\t${JSON.stringify(callbackEraErrorBody(error))}`;
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
