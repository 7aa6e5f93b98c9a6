import {
  type AuthorizationMembers,
  type AuthorizationVerdict,
  authorizationMembers,
  namespaceRight,
  type Operation,
  signedBody,
} from './authorization.ts';
import { type ChannelName, parseChannel, reaches } from './channel.ts';
import type { EventApi } from './event-api.ts';
import {
  badRequest,
  type DataFrame,
  type Refusal,
  rateExceeded,
  type ServerFrame,
  unauthorized,
  unknownNamespace,
} from './frames.ts';
import type { HandlerRunner } from './handlers/handler-runner.ts';
import { type EventApiLimits, maxPublishBytes } from './limits.ts';
import { acceptEvents, parsePublish } from './publish.ts';
import { countPublish, type PublishHistory } from './publish-rate.ts';

/** `greeting`: upgraded, nothing said yet. `open`: acknowledged. `closed`: nothing more will be said. */
type SessionState = 'greeting' | 'open' | 'closed';

interface Subscription {
  readonly channel: ChannelName;
  /** What is published before this moment of the world's clock does not reach it yet, though it was acknowledged. */
  readonly activeFromMs: number;
}

/** One WebSocket connection, as plain data. */
export interface Session {
  readonly state: SessionState;
  /** By the id that the client chose. */
  readonly subscriptions: ReadonlyMap<string, Subscription>;
  readonly publishes: PublishHistory;
}

/** What the connection's driver has to do, in this order. */
export type SessionEffect =
  | { readonly type: 'send'; readonly frame: ServerFrame }
  | { readonly type: 'broadcast'; readonly channel: ChannelName; readonly events: readonly string[] }
  | { readonly type: 'close' };

export interface SessionStep {
  readonly session: Session;
  readonly effects: readonly SessionEffect[];
}

export interface SessionWorld {
  readonly api: EventApi;
  /** The verdict on the connect itself, reached at the upgrade and told when the client says something. */
  readonly connection: AuthorizationVerdict;
  readonly authorize: (operation: Operation) => AuthorizationVerdict;
  readonly handlers: HandlerRunner;
  readonly newIdentifier: () => string;
  readonly escapesMarkup: boolean;
  readonly limits: EventApiLimits;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: number;
  /** How long a new subscription is given nothing. */
  readonly decideActivationMs: () => number;
}

export const newSession: Session = { state: 'greeting', subscriptions: new Map(), publishes: [] };

/** Ids of operations ("Understanding the Event API WebSocket protocol" in the AWS AppSync Events guide). */
const operationIdPattern = /^[a-zA-Z0-9-_+]{1,128}$/;

const send = (frame: ServerFrame): SessionEffect => ({ type: 'send', frame });

const answer = (session: Session, ...frames: readonly ServerFrame[]): SessionStep => ({
  session,
  effects: frames.map(send),
});

type Failing = 'subscribe_error' | 'unsubscribe_error' | 'publish_error' | 'error';

const errorFrame = (type: Failing, refusal: Refusal, id?: string): ServerFrame => ({
  type,
  ...(id === undefined ? {} : { id }),
  errors: [refusal.error],
});

/** Acknowledges the connection, or refuses and ends it. */
export const greet = (session: Session, world: SessionWorld): SessionStep => {
  if (session.state === 'closed') return { session, effects: [] };
  if (world.connection.type === 'allowed') {
    const { connectionTimeoutMs } = world.limits;
    return answer({ ...session, state: 'open' }, { type: 'connection_ack', connectionTimeoutMs }, { type: 'ka' });
  }
  const { status, error } = world.connection.refusal;
  return {
    session: { ...session, state: 'closed' },
    effects: [send({ type: 'connection_error', errors: [{ ...error, errorCode: status }] }), { type: 'close' }],
  };
};

interface Message {
  readonly type: string;
  readonly id: string | undefined;
  readonly channel: unknown;
  readonly events: unknown;
  readonly authorization: AuthorizationMembers;
}

const parseMessage = (text: string): Message | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    return undefined;
  }
  const members: Readonly<Record<string, unknown>> = { ...value };
  const { id, channel, events, authorization } = members;
  return {
    type: value.type,
    id: typeof id === 'string' && operationIdPattern.test(id) ? id : undefined,
    channel,
    events,
    authorization: authorizationMembers(authorization) ?? new Map(),
  };
};

const invalidId = badRequest('The operation needs an id of 1 to 128 letters, digits, hyphens, underscores or pluses.');

const tooManySubscriptions: Refusal = {
  status: 400,
  error: {
    errorType: 'MaxSubscriptionsReachedError',
    message: 'The connection has reached its limit of subscriptions.',
  },
};

const subscribe = (session: Session, message: Message, world: SessionWorld): SessionStep => {
  const { id, channel: text } = message;
  const fail = (refusal: Refusal) => answer(session, errorFrame('subscribe_error', refusal, id));
  if (id === undefined) return fail(invalidId);
  const channel = typeof text === 'string' ? parseChannel(text, { wildcards: 'allowed' }) : undefined;
  if (typeof text !== 'string' || !channel) return fail(badRequest('Invalid channel.'));
  const namespace = world.api.namespaces.get(channel.namespace);
  if (!namespace) return fail(unknownNamespace);
  if (session.subscriptions.has(id)) {
    return fail({
      status: 400,
      error: { errorType: 'DuplicatedOperationError', message: `Subscription id ${id} is already in use.` },
    });
  }
  if (session.subscriptions.size >= world.limits.maxSubscriptions) return fail(tooManySubscriptions);
  const body = signedBody({ channel: text }, { escapesMarkup: world.escapesMarkup });
  const { api } = world;
  const verdict = world.authorize({
    modes: namespace.subscribeModes,
    right: namespaceRight(api, 'EventSubscribe', namespace.name),
    authorization: message.authorization,
    body,
  });
  if (verdict.type === 'refused') return fail(verdict.refusal);
  const refusal = world.handlers.subscribe({ api, namespace, channel, principal: verdict.principal });
  if (refusal) return fail(refusal);
  const activeFromMs = world.nowMs + world.decideActivationMs();
  const subscriptions = new Map(session.subscriptions).set(id, { channel, activeFromMs });
  return answer({ ...session, subscriptions }, { type: 'subscribe_success', id });
};

const unsubscribe = (session: Session, message: Message): SessionStep => {
  const { id } = message;
  if (id === undefined) return answer(session, errorFrame('unsubscribe_error', invalidId));
  if (!session.subscriptions.has(id)) {
    const error = { errorType: 'UnknownOperationError', message: `Unknown operation id ${id}` };
    return answer(session, { type: 'unsubscribe_error', id, errors: [error] });
  }
  const subscriptions = new Map([...session.subscriptions].filter(([other]) => other !== id));
  return answer({ ...session, subscriptions }, { type: 'unsubscribe_success', id });
};

/** Over a WebSocket the same refusal has another name and another spelling than over HTTP. */
const tooManyEvents: Refusal = {
  status: 400,
  error: { errorType: 'InvalidInputError', message: 'input exceeded 5 event limit' },
};

const acceptPublish = (
  session: Session,
  message: Message & { readonly id: string },
  world: SessionWorld,
): SessionStep => {
  const { id } = message;
  const fail = (refusal: Refusal) => answer(session, errorFrame('publish_error', refusal, id));
  const parsed = parsePublish(message, world.api);
  if (parsed.type === 'refused') return fail(parsed.reason === 'too-many-events' ? tooManyEvents : parsed.refusal);
  const { channel, channelText, namespace, events } = parsed.request;
  const body = signedBody({ channel: channelText, events }, { escapesMarkup: world.escapesMarkup });
  if (body.byteLength > maxPublishBytes) return fail(badRequest('The publish request is larger than 1.2 MB.'));
  const { api, handlers, newIdentifier, limits } = world;
  const verdict = world.authorize({
    modes: namespace.publishModes,
    right: namespaceRight(api, 'EventPublish', namespace.name),
    authorization: message.authorization,
    body,
  });
  if (verdict.type === 'refused') return fail(verdict.refusal);
  const { principal } = verdict;
  const result = acceptEvents(events, {
    handle: (identified) => handlers.publish({ api, namespace, channel, principal }, identified),
    newIdentifier,
    maxEventBytes: limits.maxEventBytes,
  });
  if (result.type === 'refused') return fail(result.refusal);
  const { successful, failed, accepted } = result;
  return {
    session,
    effects: [
      send({ type: 'publish_success', id, successful, failed }),
      { type: 'broadcast', channel, events: accepted },
    ],
  };
};

const publish = (session: Session, message: Message, world: SessionWorld): SessionStep => {
  const { id } = message;
  if (id === undefined) return answer(session, errorFrame('publish_error', invalidId));
  const { nowMs, limits } = world;
  const rate = countPublish(session.publishes, { nowMs, perSecond: limits.publishesPerSecond });
  const counted = { ...session, publishes: rate.history };
  if (rate.type === 'exceeded') return answer(counted, errorFrame('publish_error', rateExceeded, id));
  return acceptPublish(counted, { ...message, id }, world);
};

const operate = (session: Session, message: Message, world: SessionWorld): SessionStep => {
  switch (message.type) {
    case 'subscribe':
      return subscribe(session, message, world);
    case 'unsubscribe':
      return unsubscribe(session, message);
    case 'publish':
      return publish(session, message, world);
    default: {
      const text = `${message.type.slice(0, 100)} not supported through the realtime channel`;
      const error = { errorType: 'UnsupportedOperation', message: text };
      return answer(session, {
        type: 'error',
        ...(message.id === undefined ? {} : { id: message.id }),
        errors: [error],
      });
    }
  }
};

/** Takes one frame of the client. A binary frame comes as `undefined`, since only text is spoken. */
export const receive = (session: Session, text: string | undefined, world: SessionWorld): SessionStep => {
  if (session.state === 'closed') return { session, effects: [] };
  const message = text === undefined ? undefined : parseMessage(text);
  if (message?.type === 'connection_init') return greet(session, world);
  // An operation that comes before the greeting is taken, after the acknowledgement that it stands in for.
  const greeted = session.state === 'greeting' ? greet(session, world) : { session, effects: [] };
  if (greeted.session.state !== 'open') return greeted;
  const step = message
    ? operate(greeted.session, message, world)
    : answer(greeted.session, errorFrame('error', badRequest('The frame is not a JSON object with a type.')));
  return { session: step.session, effects: [...greeted.effects, ...step.effects] };
};

/** The frames that a published batch becomes on one connection: one for each event and matching subscription. */
export const deliveries = (
  session: Session,
  published: { readonly channel: ChannelName; readonly events: readonly string[] },
  nowMs: number,
): readonly DataFrame[] => {
  if (session.state !== 'open') return [];
  const ids = [...session.subscriptions]
    .filter(([, { channel, activeFromMs }]) => activeFromMs <= nowMs && reaches(published.channel, channel))
    .map(([id]) => id);
  return published.events.flatMap((event) => ids.map((id) => ({ type: 'data', id, event }) as const));
};

/** The verdict on a connect whose authorization could not even be read. */
export const unreadableConnect: AuthorizationVerdict = { type: 'refused', refusal: unauthorized };
