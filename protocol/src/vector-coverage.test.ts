import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { bytesOf, protocolFolder, vectors } from './fixtures/golden-vectors.ts';

interface Encoded {
  readonly bytes: string;
}

const channelEventVectors = vectors<Encoded>('channel-events');
const frameHeaderVectors = vectors<Encoded>('frame-headers');
const messageVectors = vectors<Encoded>('messages');

describe('the golden vectors', () => {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(protocolFolder, 'proto', target);
  root.loadSync(['frame', 'handshake', 'message', 'session'].map((file) => `live_lambda/v1/${file}.proto`));
  const namespace = root.lookup('live_lambda.v1') as protobuf.Namespace;

  /** Fields and values of enums that a message uses, as `Type.field` and `Enum.VALUE`, in it and in what it carries. */
  function used(type: protobuf.Type, bytes: Uint8Array): string[] {
    const message = type.decode(bytes) as unknown as Record<string, unknown>;
    return Object.keys(message).flatMap((name) => {
      const field = type.fields[name];
      return field ? [`${type.name}.${name}`, ...usedBy(field.resolve(), message[name])] : [];
    });
  }

  function usedBy(field: protobuf.Field, value: unknown): string[] {
    const { resolvedType } = field;
    const values = field.repeated ? (value as unknown[]) : [value];
    if (resolvedType instanceof protobuf.Enum)
      return values.map((number) => `${resolvedType.name}.${resolvedType.valuesById[number as number]}`);
    if (resolvedType instanceof protobuf.Type)
      return values.flatMap((nested) => used(resolvedType, resolvedType.encode(nested as object).finish()));
    const carried = { hello: 'Hello', header: 'FrameHeader' }[field.name];
    return carried ? used(namespace.lookupType(carried), value as Uint8Array) : [];
  }

  const bodies = {
    welcome: 'Welcome',
    tunnelHere: 'TunnelHere',
    takeOver: 'TakeOver',
    handOver: 'HandOver',
  } as const;
  const inEvents = channelEventVectors.flatMap(({ bytes }) => {
    const type = namespace.lookupType('ChannelEvent');
    const event = type.decode(bytesOf(bytes)) as unknown as Record<string, { readonly body?: Uint8Array }>;
    const signed = (Object.keys(bodies) as (keyof typeof bodies)[]).flatMap((name) =>
      event[name] ? used(namespace.lookupType(bodies[name]), event[name].body ?? new Uint8Array(0)) : [],
    );
    return [...used(type, bytesOf(bytes)), ...signed];
  });
  const inMessages = messageVectors.flatMap(({ bytes }) => used(namespace.lookupType('Message'), bytesOf(bytes)));
  const inHeaders = frameHeaderVectors.flatMap(({ bytes }) =>
    used(namespace.lookupType('FrameHeader'), bytesOf(bytes)),
  );
  const covered = new Set([...inEvents, ...inHeaders, ...inMessages]);

  function declared(within: protobuf.NamespaceBase): string[] {
    return within.nestedArray.flatMap((nested) => {
      if (nested instanceof protobuf.Enum)
        return Object.entries(nested.values).flatMap(([name, number]) =>
          // Zero is what is not written.
          number === 0 ? [] : [`${nested.name}.${name}`],
        );
      if (nested instanceof protobuf.Type)
        return [...nested.fieldsArray.map(({ name }) => `${nested.name}.${name}`), ...declared(nested)];
      return [];
    });
  }

  it('have every kind, every field and every value of an enum that the .proto files declare', () => {
    const all = declared(namespace);
    expect(all).toContain('Message.goodbye');
    expect(all.filter((name) => !covered.has(name))).toEqual([]);
  });
});
