import type { AccessControl, NeededRight } from '../iam/access-control.ts';
import { isSignatureAuthorization } from '../signature/authorization-header.ts';
import type { KnownCredentials, Principal } from '../signature/credentials.ts';
import { type SignatureRefusal, verifySignature } from '../signature/verify-signature.ts';
import type { AuthorizationMode, EventApi } from './event-api.ts';
import { accessDenied, badRequest, type Refusal, unauthorized } from './frames.ts';

/** The first of the two subprotocols that a client offers, and the only one that a server may select. */
export const eventSubprotocol = 'aws-appsync-event-ws';

const authorizationSubprotocolPrefix = 'header-';

/** The path of the imaginary request that is signed for operations over a WebSocket, and of HTTP publishing. */
export const publishPath = '/event';

/** The members of an authorization object, names in lower case: headers of a request that is never sent. */
export type AuthorizationMembers = ReadonlyMap<string, string>;

/** What a caller wants to do. The modes are those that the namespace, or the API for a connect, allows. */
export interface Operation {
  readonly modes: readonly AuthorizationMode[];
  /** What identity policies must allow where it is proved by a signature. */
  readonly right: NeededRight;
  readonly authorization: AuthorizationMembers;
  readonly body: Uint8Array;
}

export interface AuthorizationContext {
  readonly api: EventApi;
  readonly nowMs: number;
  readonly findCredentials: (accessKeyId: string) => KnownCredentials | undefined;
  readonly access: AccessControl;
}

export type AuthorizationVerdict =
  | { readonly type: 'allowed'; readonly principal: Principal }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** To open a WebSocket takes a right on the API itself, which one on `<API>/*` is not. */
export const connectRight = ({ arn }: EventApi): NeededRight => ({ action: 'appsync:EventConnect', resource: arn });

/**
 * The right to publish or subscribe, which ends at the namespace: no resource and no condition names a channel ("Actions,
 * resources, and condition keys for AWS AppSync" in the AWS Service Authorization Reference).
 */
export const namespaceRight = (
  api: EventApi,
  operation: 'EventPublish' | 'EventSubscribe',
  namespace: string,
): NeededRight => ({ action: `appsync:${operation}`, resource: `${api.arn}/channelNamespace/${namespace}` });

const refused = (refusal: Refusal): AuthorizationVerdict => ({ type: 'refused', refusal });

/** Reads an authorization object of JSON; `undefined` when it is none. Names are not case sensitive. */
export const authorizationMembers = (value: unknown): AuthorizationMembers | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(members.map(([name, text]) => [name.toLowerCase(), text]));
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * The authorization of a connect: in the subprotocol `header-<base64url of JSON>`, or, as clients outside browsers do
 * it, in the headers of the upgrade request. `undefined` when the subprotocol cannot be read.
 */
export const connectAuthorization = (options: {
  readonly subprotocols: readonly string[];
  readonly headers: AuthorizationMembers;
}): AuthorizationMembers | undefined => {
  const carrier = options.subprotocols.find((name) => name.startsWith(authorizationSubprotocolPrefix));
  if (carrier === undefined) return options.headers;
  const encoded = carrier.slice(authorizationSubprotocolPrefix.length);
  return authorizationMembers(parseJson(Buffer.from(encoded, 'base64url').toString('utf8')));
};

const modeOf = (members: AuthorizationMembers): AuthorizationMode | 'token' | undefined => {
  const authorization = members.get('authorization');
  if (authorization !== undefined) return isSignatureAuthorization(authorization) ? 'AWS_IAM' : 'token';
  return members.has('x-api-key') ? 'API_KEY' : undefined;
};

const signatureRefusal = (verdict: SignatureRefusal): Refusal =>
  verdict.reason === 'unknown-credentials' || verdict.reason === 'missing-authentication'
    ? unauthorized
    : badRequest(verdict.message);

const checkSignature = (operation: Operation, context: AuthorizationContext): AuthorizationVerdict => {
  const { api } = context;
  const host = operation.authorization.get('host');
  if (host !== api.host) {
    return refused(badRequest(`The host of the authorization must be ${api.host}, the HTTP host of the API.`));
  }
  const verdict = verifySignature(
    { method: 'POST', path: publishPath, query: '', headers: operation.authorization, payload: operation.body },
    { region: api.region, service: 'appsync', nowMs: context.nowMs, findCredentials: context.findCredentials },
  );
  return verdict.type === 'verified'
    ? { type: 'allowed', principal: verdict.principal }
    : refused(signatureRefusal(verdict));
};

/**
 * Decides whether somebody may do something: the mode must be allowed there, the proof must hold, and then the policies
 * of whoever it was must allow it.
 */
export const authorize = (operation: Operation, context: AuthorizationContext): AuthorizationVerdict => {
  const mode = modeOf(operation.authorization);
  // A key or token of a mode that the emulator cannot check is as good as a wrong one.
  if (mode !== 'AWS_IAM' || !operation.modes.includes(mode)) return refused(unauthorized);
  const verdict = checkSignature(operation, context);
  if (verdict.type === 'refused') return verdict;
  const denial = context.access.check(verdict.principal, operation.right);
  return denial ? refused(accessDenied(denial.message)) : verdict;
};

/** How the characters that matter in HTML are written by the service when it rebuilds a body that was signed. */
const markupEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/**
 * The body that is signed for an operation over a WebSocket. AppSync does not hash the text that arrived but writes
 * `channel` and `events` anew, with markup characters escaped: events that hold them fail with a signature mismatch
 * (aws-appsync-community issue 400).
 */
export const signedBody = (
  content: { readonly channel?: string; readonly events?: readonly string[] },
  options: { readonly escapesMarkup: boolean },
): Uint8Array => {
  const { channel, events } = content;
  const text = JSON.stringify({ channel, events });
  const written = options.escapesMarkup ? text.replace(/[<>&]/g, (character) => markupEscapes[character] ?? '') : text;
  return Buffer.from(written);
};
