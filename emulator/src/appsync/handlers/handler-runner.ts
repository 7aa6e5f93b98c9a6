import type { EmulatorListener } from '../../events.ts';
import type { Principal } from '../../signature/credentials.ts';
import type { ChannelName } from '../channel.ts';
import type { ChannelNamespace, EventApi } from '../event-api.ts';
import type { Refusal } from '../frames.ts';
import type { Meter } from '../meter.ts';
import type { HandlerName } from './compile-handlers.ts';
import { type HandlerRun, runHandler } from './run-handler.ts';

/**
 * How long the code of one handler may run. AppSync gives 30 s, data sources included; here it stops everything else, and
 * there are no data sources to wait for.
 */
const handlerTimeLimitMs = 5_000;

/** Who does what where, which is what a handler is told. */
export interface HandlerRequest {
  readonly api: EventApi;
  readonly namespace: ChannelNamespace;
  readonly channel: ChannelName;
  readonly principal: Principal;
}

/** An event of a publish request, before or after a handler. */
export interface IdentifiedEvent {
  readonly id: string;
  /** JSON text. */
  readonly event: string;
}

export type PublishHandling =
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | {
      readonly type: 'handled';
      /** What is to be delivered, in the order that the handler gave. */
      readonly passed: readonly IdentifiedEvent[];
      /** By the id of the event, what the handler has against it. */
      readonly faulted: ReadonlyMap<string, string>;
    };

/** Runs the code of channel namespaces. Where a namespace has none, everything passes. */
export interface HandlerRunner {
  /** The refusal of a subscription, if it is refused. */
  subscribe(request: HandlerRequest): Refusal | undefined;
  publish(request: HandlerRequest, events: readonly IdentifiedEvent[]): PublishHandling;
}

export interface HandlerRunnerOptions {
  readonly meter: Meter;
  readonly onEvent: EmulatorListener;
}

/** What `util.unauthorized` is for the client: 403, as the guide has it ("Channel namespace handlers"). */
const refusedByHandler: Refusal = {
  status: 403,
  error: { errorType: 'UnauthorizedException', message: 'You are not authorized to make this call.' },
};

/** The error of `util.error` without a type; AWS documents no name for it. */
const defaultErrorType = 'HandlerError';

/** The documented errors of an operation that broke ("Understanding the Event API WebSocket protocol"). */
const brokenOperations: Readonly<Record<HandlerName, Refusal>> = {
  onSubscribe: {
    status: 500,
    error: { errorType: 'SubscriptionProcessingError', message: 'There was an error processing the operation' },
  },
  onPublish: {
    status: 500,
    error: { errorType: 'MessageProcessingError', message: 'There was an error processing the message' },
  },
};

/** The channel as it was asked for, with one slash before it and none behind. */
const channelPath = ({ path, wildcard }: ChannelName): string => `/${path}${wildcard ? '/*' : ''}`;

/** "Context reference" in the AWS AppSync Events guide; of the headers only what is no proof of anything. */
const handlerContext = (request: HandlerRequest, operation: 'PUBLISH' | 'SUBSCRIBE'): object => {
  const { api, namespace, channel, principal } = request;
  const path = channelPath(channel);
  return {
    identity: {
      accountId: principal.accountId,
      cognitoIdentityAuthProvider: null,
      cognitoIdentityAuthType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      sourceIp: ['127.0.0.1'],
      userArn: principal.arn,
      username: principal.userId,
    },
    info: {
      channel: { path, segments: path.slice(1).split('/') },
      channelNamespace: { name: namespace.name },
      operation,
    },
    request: { headers: { host: api.host }, domainName: null },
    stash: {},
    result: null,
    error: null,
    prev: null,
    outErrors: [],
  };
};

/** The refusal that a handler ended with; a mistake in it is told, since the client learns nothing of it. */
const refusalOf = ({ end }: HandlerRun, name: HandlerName): Refusal | undefined => {
  switch (end.type) {
    case 'returned':
      return undefined;
    case 'unauthorized':
      return refusedByHandler;
    case 'error':
      return { status: 403, error: { errorType: end.errorType ?? defaultErrorType, message: end.message } };
    case 'failed':
      return brokenOperations[name];
  }
};

interface OutgoingEvent {
  readonly id: string;
  readonly payload: unknown;
  readonly error: string | undefined;
}

const outgoingEvent = (value: unknown): OutgoingEvent | undefined => {
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') return undefined;
  const error = 'error' in value && value.error !== undefined && value.error !== null ? value.error : undefined;
  return {
    id: value.id,
    payload: 'payload' in value ? value.payload : null,
    error: error === undefined ? undefined : typeof error === 'string' ? error : JSON.stringify(error),
  };
};

/** What `onPublish` returned, checked; a text says why it cannot be taken. */
const outgoingEvents = (value: unknown, ids: ReadonlySet<string>): readonly OutgoingEvent[] | string => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return 'onPublish returned no list of events';
  const events = value.map(outgoingEvent).filter((event) => event !== undefined);
  if (events.length < value.length) return 'onPublish returned an event without an id';
  const invented = events.find(({ id }) => !ids.has(id));
  if (invented) return `onPublish returned an event with the id ${invented.id}, which none of those published has`;
  return new Set(events.map(({ id }) => id)).size < events.length ? 'onPublish returned an event twice' : events;
};

export const createHandlerRunner = ({ meter, onEvent }: HandlerRunnerOptions): HandlerRunner => {
  const fail = ({ api, namespace }: HandlerRequest, handler: HandlerName, reason: string): void =>
    onEvent({ type: 'handler-failed', apiName: api.name, namespace: namespace.name, handler, reason });

  const run = (request: HandlerRequest, name: HandlerName, context: object): HandlerRun | undefined => {
    const { api, namespace } = request;
    const { handlers } = namespace;
    if (!handlers?.names.has(name)) return undefined;
    meter.countHandler();
    const finished = runHandler(handlers, { name, context, timeLimitMs: handlerTimeLimitMs });
    for (const text of finished.output) {
      onEvent({ type: 'handler-output', apiName: api.name, namespace: namespace.name, handler: name, text });
    }
    if (finished.end.type === 'failed') fail(request, name, finished.end.reason);
    return finished;
  };

  return {
    subscribe: (request) => {
      const finished = run(request, 'onSubscribe', handlerContext(request, 'SUBSCRIBE'));
      return finished && refusalOf(finished, 'onSubscribe');
    },
    publish: (request, events) => {
      const incoming = events.map(({ id, event }) => ({ id, payload: JSON.parse(event) }));
      const finished = run(request, 'onPublish', { ...handlerContext(request, 'PUBLISH'), events: incoming });
      if (!finished) return { type: 'handled', passed: events, faulted: new Map() };
      const refusal = refusalOf(finished, 'onPublish');
      if (refusal) return { type: 'refused', refusal };
      const value = finished.end.type === 'returned' ? finished.end.value : undefined;
      const outgoing = outgoingEvents(value, new Set(events.map(({ id }) => id)));
      if (typeof outgoing === 'string') {
        fail(request, 'onPublish', outgoing);
        return { type: 'refused', refusal: brokenOperations.onPublish };
      }
      return {
        type: 'handled',
        passed: outgoing
          .filter(({ error }) => error === undefined)
          .map(({ id, payload }) => ({ id, event: JSON.stringify(payload) })),
        faulted: new Map(outgoing.flatMap(({ id, error }) => (error === undefined ? [] : [[id, error]]))),
      };
    },
  };
};
