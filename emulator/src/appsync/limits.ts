/**
 * The limits of an Event API that tests may want to reach sooner. Sources: "AWS AppSync endpoints and quotas" in the AWS
 * General Reference; "Understanding the Event API WebSocket protocol" in the AWS AppSync Events guide.
 */
export interface EventApiLimits {
  /** Publish requests that one WebSocket may make within any second. */
  readonly publishesPerSecond: number;
  /** Subscriptions of one WebSocket. */
  readonly maxSubscriptions: number;
  /** One event, in bytes of UTF-8. */
  readonly maxEventBytes: number;
  /** How long a WebSocket lasts before the service closes it. */
  readonly connectionLifetimeMs: number;
  /** The time between two `ka` frames. */
  readonly keepAliveIntervalMs: number;
  /** How long a client may hear no `ka` before it must give the connection up, as it is told. */
  readonly connectionTimeoutMs: number;
}

/** What AppSync has. Its 240 KB for an event are read as KiB; design for 240,000 bytes. */
export const serviceLimits: EventApiLimits = {
  publishesPerSecond: 25,
  maxSubscriptions: 200,
  maxEventBytes: 245_760,
  connectionLifetimeMs: 24 * 3_600_000,
  keepAliveIntervalMs: 60_000,
  connectionTimeoutMs: 300_000,
};

/** Events of one publish request ("Publish events via HTTP" in the AWS AppSync Events guide). */
export const maxEventsPerPublish = 5;

/** A whole publish request: the 1.2 MB of the AppSync quotas, five events of the largest size. */
export const maxPublishBytes = 1_228_800;
