import { type ChannelName, parseChannel } from './channel.ts';
import type { ChannelNamespace, EventApi } from './event-api.ts';
import { type AcceptedEvent, badRequest, type FailedEvent, type Refusal, unknownNamespace } from './frames.ts';
import type { IdentifiedEvent, PublishHandling } from './handlers/handler-runner.ts';
import { maxEventsPerPublish } from './limits.ts';

export interface PublishRequest {
  readonly channel: ChannelName;
  /** The channel as it was written, for the signature. */
  readonly channelText: string;
  readonly namespace: ChannelNamespace;
  readonly events: readonly string[];
}

export type ParsedPublish =
  | { readonly type: 'publish'; readonly request: PublishRequest }
  | { readonly type: 'refused'; readonly reason: 'too-many-events' | 'other'; readonly refusal: Refusal };

export interface PublishResult {
  readonly type: 'accepted';
  readonly successful: readonly AcceptedEvent[];
  readonly failed: readonly FailedEvent[];
  /** What is to be delivered, in the order of the request. */
  readonly accepted: readonly string[];
}

const refused = (refusal: Refusal): ParsedPublish => ({ type: 'refused', reason: 'other', refusal });

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Checks the shape of a publish request, before anybody asks whether it is allowed. */
export const parsePublish = (
  content: { readonly channel?: unknown; readonly events?: unknown },
  api: EventApi,
): ParsedPublish => {
  const { channel: channelText, events } = content;
  const channel = typeof channelText === 'string' ? parseChannel(channelText, { wildcards: 'refused' }) : undefined;
  if (typeof channelText !== 'string' || !channel) return refused(badRequest('Invalid channel.'));
  if (!Array.isArray(events) || events.length === 0)
    return refused(badRequest('Events must be a list of 1 to 5 events.'));
  if (events.length > maxEventsPerPublish) {
    return { type: 'refused', reason: 'too-many-events', refusal: badRequest('Input exceeded 5 event limit') };
  }
  if (!events.every((event): event is string => typeof event === 'string' && isJson(event))) {
    return refused(badRequest('Every event must be a string that holds valid JSON.'));
  }
  const namespace = api.namespaces.get(channel.namespace);
  if (!namespace) return refused(unknownNamespace);
  return { type: 'publish', request: { channel, channelText, namespace, events } };
};

/** How an event is reported that the namespace's own code has something against; AWS documents no name for it. */
const faultedCode = 'HandlerError';

const tooLarge = { code: 'EventTooLargeException', message: 'Transformed event is larger than 240KB' } as const;

/**
 * Has the namespace's own code look at the events, and sorts out what it makes too large; the others go on their way. An
 * event that the code left out counts as published, and reaches nobody.
 */
export const acceptEvents = (
  events: readonly string[],
  options: {
    readonly handle: (events: readonly IdentifiedEvent[]) => PublishHandling;
    readonly maxEventBytes: number;
    readonly newIdentifier: () => string;
  },
): PublishResult | { readonly type: 'refused'; readonly refusal: Refusal } => {
  const { handle, maxEventBytes, newIdentifier } = options;
  const identified = events.map((event) => ({ id: newIdentifier(), event }));
  const handling = handle(identified);
  if (handling.type === 'refused') return handling;
  const { passed, faulted } = handling;
  const isTooLarge = ({ event }: IdentifiedEvent): boolean => Buffer.byteLength(event) > maxEventBytes;
  const large = new Set(passed.filter(isTooLarge).map(({ id }) => id));
  const failed = identified.flatMap(({ id }, index): FailedEvent[] => {
    const message = faulted.get(id);
    if (message !== undefined) return [{ identifier: id, index, code: faultedCode, message }];
    return large.has(id) ? [{ identifier: id, index, ...tooLarge }] : [];
  });
  const failedIds = new Set(failed.map(({ identifier }) => identifier));
  return {
    type: 'accepted',
    successful: identified.flatMap(({ id }, index) => (failedIds.has(id) ? [] : [{ identifier: id, index }])),
    failed,
    accepted: passed.filter(({ id }) => !large.has(id)).map(({ event }) => event),
  };
};
