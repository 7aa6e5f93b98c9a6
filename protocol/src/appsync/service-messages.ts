import { ChannelError, type ChannelErrorKind } from '../channel.ts';

/** One of the service's own complaints. The message may be missing, the code mostly is. */
export interface ServiceError {
  readonly errorType: string;
  readonly message: string;
  readonly errorCode: number | undefined;
}

/** What the service says on the WebSocket (AppSync Events Developer Guide, "Understanding the Event API WebSocket protocol"). */
export type ServiceMessage =
  | { readonly type: 'connection_ack'; readonly connectionTimeoutMs: number }
  | { readonly type: 'ka' }
  | { readonly type: 'data'; readonly id: string; readonly event: string }
  | { readonly type: 'subscribe_success'; readonly id: string }
  | { readonly type: 'publish_success'; readonly id: string; readonly failed: readonly ServiceError[] }
  | Complaint<'connection_error'>
  | Complaint<'subscribe_error'>
  | Complaint<'publish_error'>
  | Complaint<'broadcast_error'>
  | Complaint<'error'>
  | { readonly type: 'other' };

interface Complaint<Type extends string> {
  readonly type: Type;
  readonly id: string | undefined;
  readonly errors: readonly ServiceError[];
}

/** What the documentation gives for a connection without any keep-alive. */
const defaultConnectionTimeoutMs = 300_000;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Reads `errors` of a frame or an HTTP answer, and the entries of `failed`, whose type is called `code`. */
export function readServiceErrors(value: unknown): readonly ServiceError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((entry) => ({
    errorType: text(entry.errorType) ?? text(entry.code) ?? text(entry.errorCode) ?? 'UnknownError',
    message: text(entry.message) ?? text(entry.errorMessage) ?? '',
    errorCode: typeof entry.errorCode === 'number' ? entry.errorCode : undefined,
  }));
}

/** @returns `other` for what is not JSON or of a type that is of no use here: a client tolerates both. */
export function readServiceMessage(frame: string): ServiceMessage {
  const parsed = parseJson(frame);
  if (!isObject(parsed)) return { type: 'other' };
  const type = text(parsed.type);
  const id = text(parsed.id);
  switch (type) {
    case 'connection_ack': {
      const timeout = parsed.connectionTimeoutMs;
      return {
        type,
        connectionTimeoutMs: typeof timeout === 'number' && timeout > 0 ? timeout : defaultConnectionTimeoutMs,
      };
    }
    case 'ka':
      return { type };
    case 'data': {
      const event = readEvent(parsed.event);
      return id === undefined || event === undefined ? { type: 'other' } : { type, id, event };
    }
    case 'subscribe_success':
      return id === undefined ? { type: 'other' } : { type, id };
    case 'publish_success':
      return id === undefined ? { type: 'other' } : { type, id, failed: readServiceErrors(parsed.failed) };
    case 'connection_error':
    case 'subscribe_error':
    case 'publish_error':
    case 'broadcast_error':
    case 'error':
      return { type, id, errors: readServiceErrors(parsed.errors) };
    default:
      return { type: 'other' };
  }
}

// The guide prints an array with one string, the service sends the string.
function readEvent(event: unknown): string | undefined {
  return text(Array.isArray(event) && event.length === 1 ? event[0] : event);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refusals = new Set([
  'UnauthorizedException',
  'AccessDeniedException',
  'BadRequestException',
  'Unauthorized',
  'ForbiddenException',
  'InvalidInputError',
  'EventTooLargeException',
]);

function kindOf(error: ServiceError): ChannelErrorKind {
  const permanentCode = error.errorCode === 400 || error.errorCode === 401 || error.errorCode === 403;
  return permanentCode || refusals.has(error.errorType) ? 'refused' : 'rejected';
}

/** Enough for a denial, which names a session, an action and a resource by their ARNs. */
const maxDetailLength = 600;

/** The first of the service's complaints as an error, with what was attempted. */
export function channelErrorOf(errors: readonly ServiceError[], attempted: string): ChannelError {
  const first = errors[0] ?? { errorType: 'UnknownError', message: '', errorCode: undefined };
  // A signature mismatch is answered with the whole canonical request, which no reader needs.
  const detail = first.message.split('\n')[0]?.slice(0, maxDetailLength) ?? '';
  return new ChannelError(kindOf(first), `${attempted}: ${first.errorType}${detail ? ` (${detail})` : ''}`);
}
