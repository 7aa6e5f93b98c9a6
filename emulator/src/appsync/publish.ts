import { type ChannelName, parseChannel } from './channel.ts';
import type { ChannelNamespace, EventApi } from './event-api.ts';
import { type AcceptedEvent, badRequest, type FailedEvent, type Refusal, unknownNamespace } from './frames.ts';
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

/** Sorts out the events that are too large; the others go on their way. */
export const acceptEvents = (
  events: readonly string[],
  options: { readonly maxEventBytes: number; readonly newIdentifier: () => string },
): PublishResult => {
  const { maxEventBytes, newIdentifier } = options;
  const entries = events.map((event, index) => ({
    event,
    entry: { identifier: newIdentifier(), index },
    fits: Buffer.byteLength(event) <= maxEventBytes,
  }));
  return {
    successful: entries.filter(({ fits }) => fits).map(({ entry }) => entry),
    failed: entries
      .filter(({ fits }) => !fits)
      .map(({ entry }) => ({
        ...entry,
        code: 'EventTooLargeException',
        message: 'Transformed event is larger than 240KB',
      })),
    accepted: entries.filter(({ fits }) => fits).map(({ event }) => event),
  };
};
