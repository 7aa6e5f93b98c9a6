import { type Channel, environmentIdOf } from '@live-lambda/protocol';
import type { Host, LiveEvent } from '../host.ts';
import { type PublishedRecord, publishRecord } from './process-records.ts';
import { type SessionRecord, sessionsFolder } from './session-record.ts';
import { createUsageCounter, type SessionUsage, type Traffic } from './session-usage.ts';

export interface SessionRecorderOptions {
  /** oclif's cache folder. */
  readonly cacheFolder: string;
  /** Absolute; the folder of the synthesized app. */
  readonly assembly: string;
  readonly endpoint: string | undefined;
  /** Epoch milliseconds. */
  readonly wallClockMs: () => number;
}

/** Counts what a tunnel does, and tells `live-lambda status` in a file that lives as long as the tunnel. */
export interface SessionRecorder {
  /** A host that is told the same, and listened to. */
  listening(inner: Host): Host;
  /**
   * The same channel, counted.
   * @param isToStub whether a channel, by its name, leads to a stub
   */
  metering(inner: Channel, isToStub: (channel: string) => boolean): Channel;
  usage(): SessionUsage;
  /** Removes the file. */
  close(): void;
}

/** How often what has changed is written. */
const writeEveryMs = 1000;

export function createSessionRecorder(options: SessionRecorderOptions): SessionRecorder {
  const { wallClockMs } = options;
  const counter = createUsageCounter();
  const startedAt = wallClockMs();
  let started: Extract<LiveEvent, { type: 'started' }> | undefined;
  let published: PublishedRecord<SessionRecord> | undefined;
  let changed = false;

  const write = (): void => {
    if (!changed || !started) return;
    changed = false;
    const record = recordOf(started, { ...options, startedAt, usage: counter.read(wallClockMs()) });
    // A cache that cannot be written to only leaves `status` without an answer.
    try {
      if (published) published.update(record);
      else published = publishRecord(sessionsFolder(options.cacheFolder), record);
    } catch {
      changed = true;
    }
  };
  const timer = setInterval(write, writeEveryMs).unref();

  function listen(event: LiveEvent): void {
    if (event.type === 'started') started = event;
    if (event.type === 'app-changed' && started) started = { ...started, functions: event.functions };
    if (event.type === 'invocation-started') counter.belongs(event.environmentId, event.function);
    if (event.type === 'invocation-finished') counter.finished(event.function, event.end !== 'succeeded');
    changed = true;
    if (event.type === 'started') write();
  }

  return {
    listening: (inner) => ({
      notify(event) {
        listen(event);
        inner.notify(event);
      },
    }),
    metering(inner, isToStub) {
      inner.onStatus(({ name }) => {
        if (name === 'open') counter.connected(wallClockMs());
      });
      const count = (traffic: Traffic) => {
        counter.traffic(traffic);
        changed = true;
      };
      return metered(inner, { count, isToStub });
    },
    usage: () => counter.read(wallClockMs()),
    close() {
      clearInterval(timer);
      published?.remove();
    },
  };
}

function recordOf(
  { release, identity, key, app, session, functions }: Extract<LiveEvent, { type: 'started' }>,
  given: SessionRecorderOptions & { readonly startedAt: number; readonly usage: SessionUsage },
): SessionRecord {
  return {
    version: 1,
    pid: process.pid,
    startedAt: given.startedAt,
    updatedAt: given.wallClockMs(),
    ...{ release, identity, key, app, session },
    assembly: given.assembly,
    endpoint: given.endpoint ?? null,
    functions: functions.map(({ id, region, file, runner }) => ({ id, region, file, runner })),
    usage: { ...given.usage, functions: { ...given.usage.functions } },
  };
}

interface Metering {
  readonly count: (traffic: Traffic) => void;
  readonly isToStub: (channel: string) => boolean;
}

function metered(inner: Channel, { count, isToStub }: Metering): Channel {
  return {
    async publish(channel, events) {
      await inner.publish(channel, events);
      const toStub = isToStub(channel);
      // A Welcome does not say whose it is; the channel of a stub does: `/<namespace>/<app>/<environment id>`.
      const environmentId = toStub ? channel.slice(channel.lastIndexOf('/') + 1) : undefined;
      const direction = toStub ? 'to-stub' : 'to-tunnels';
      for (const event of events) count({ direction, environmentId, eventBytes: carriedBytes(event) });
    },
    subscribe: (channel, onEvent) =>
      inner.subscribe(channel, (event) => {
        const id = environmentIdOf(event);
        const direction = id === undefined ? 'from-tunnels' : 'from-stub';
        const environmentId = id && Buffer.from(id).toString('hex');
        count({ direction, environmentId, eventBytes: carriedBytes(event) });
        onEvent(event);
      }),
    wanted: () => inner.wanted(),
    get status() {
      return inner.status;
    },
    onStatus: (listener) => inner.onStatus(listener),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** An event travels as a JSON string in base64url (RFC 4648, section 5). */
function carriedBytes({ byteLength }: Uint8Array): number {
  return Math.ceil((byteLength * 4) / 3) + 2;
}
