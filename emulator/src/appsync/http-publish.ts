import type { SignedRequest } from '../signature/canonical-request.ts';
import { type AuthorizationVerdict, namespaceRight, type Operation, publishPath } from './authorization.ts';
import type { ChannelName } from './channel.ts';
import type { EventApi } from './event-api.ts';
import { badRequest, type Refusal } from './frames.ts';
import type { HandlerRunner } from './handlers/handler-runner.ts';
import { acceptEvents, parsePublish } from './publish.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly broadcast?: { readonly channel: ChannelName; readonly events: readonly string[] };
}

/** Browsers publish too, and ask first. */
const crossOriginHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers':
    'authorization, content-type, x-api-key, x-amz-date, x-amz-security-token, x-amz-user-agent, content-encoding',
} as const;

const json = (status: number, value: unknown): HttpAnswer => ({
  status,
  headers: { ...crossOriginHeaders, 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

export const refusalAnswer = (refusal: Refusal): HttpAnswer => json(refusal.status, { errors: [refusal.error] });

const parseObject = (payload: Uint8Array): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** The answer to one HTTP request of a publisher. Members of the body that are not known are ignored. */
export const answerHttp = (
  request: SignedRequest,
  world: {
    readonly api: EventApi;
    readonly authorize: (operation: Operation) => AuthorizationVerdict;
    readonly handlers: HandlerRunner;
    readonly newIdentifier: () => string;
    readonly maxEventBytes: number;
  },
): HttpAnswer => {
  if (request.path !== publishPath) {
    return refusalAnswer({ status: 404, error: { errorType: 'NotFoundException', message: 'Only /event is served.' } });
  }
  if (request.method === 'OPTIONS') return { status: 204, headers: crossOriginHeaders, body: '' };
  if (request.method !== 'POST') {
    return refusalAnswer({ status: 405, error: { errorType: 'MethodNotAllowed', message: 'Only POST publishes.' } });
  }
  const content = parseObject(request.payload);
  if (!content) return refusalAnswer(badRequest('The body is not a JSON object.'));
  const parsed = parsePublish(content, world.api);
  if (parsed.type === 'refused') return refusalAnswer(parsed.refusal);
  const { channel, namespace, events } = parsed.request;
  const { api, handlers } = world;
  const verdict = world.authorize({
    modes: namespace.publishModes,
    right: namespaceRight(api, 'EventPublish', namespace.name),
    authorization: request.headers,
    body: request.payload,
  });
  if (verdict.type === 'refused') return refusalAnswer(verdict.refusal);
  const { principal } = verdict;
  const result = acceptEvents(events, {
    ...world,
    handle: (identified) => handlers.publish({ api, namespace, channel, principal }, identified),
  });
  if (result.type === 'refused') return refusalAnswer(result.refusal);
  const { successful, failed, accepted } = result;
  return { ...json(200, { failed, successful }), broadcast: { channel, events: accepted } };
};
