import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { breakingChanges, type Descriptor } from './breaking-changes.ts';

const protoFolder = join(import.meta.dirname, '..', '..', 'proto', 'live_lambda', 'v1');
const source = ['frame', 'handshake', 'message']
  .map((file) => readFileSync(join(protoFolder, `${file}.proto`), 'utf8'))
  .map((text) => text.replace(/^(syntax|package|import) .*$/gm, ''))
  .join('\n');

function descriptor(text: string): Descriptor {
  return protobuf.parse(`syntax = "proto3"; package live_lambda.v1;\n${text}`).root.toJSON() as Descriptor;
}

/** The protocol after a change of its text, which has to be there to be changed. */
function changed(from: string | RegExp, to: string, text = source): string {
  const result = text.replace(from, to);
  if (result === text) throw new Error(`there is no ${from} to change`);
  return result;
}

function breaks(after: string, before = source): readonly string[] {
  return breakingChanges(descriptor(before), descriptor(after));
}

describe('a change of the protocol', () => {
  it('that changes nothing breaks nothing', () => {
    expect(breaks(source)).toEqual([]);
  });

  it('may add fields, kinds, messages, enums and values', () => {
    const more = changed(
      'DIRECTION_TO_STUB = 2;',
      'DIRECTION_TO_STUB = 2; DIRECTION_SIDEWAYS = 3;',
      changed('Goodbye goodbye = 11;', 'Goodbye goodbye = 11; Later later = 12;'),
    );
    expect(
      breaks(`${more}\nmessage Later { int32 when = 1; Why why = 2; }\nenum Why { WHY_UNSPECIFIED = 0; }`),
    ).toEqual([]);
  });

  it('may remove a field whose number it reserves', () => {
    expect(breaks(changed('uint32 remaining_ms = 3;', 'reserved 3;'))).toEqual([]);
  });

  it('may not remove a field otherwise', () => {
    expect(breaks(changed('uint32 remaining_ms = 3;', 'reserved "remaining_ms";'))).toEqual([
      'field remainingMs (3) of live_lambda.v1.Invoke was removed and its number can be used again; add "reserved 3;"',
    ]);
  });

  it('may not give a number to another field', () => {
    expect(breaks(changed('uint32 remaining_ms = 3;', 'uint32 patience_ms = 3;'))).toEqual([
      'field remainingMs (3) of live_lambda.v1.Invoke: its number is now that of patienceMs; give that one a number of its own',
    ]);
  });

  it('may not give a field another number', () => {
    expect(breaks(changed('uint32 remaining_ms = 3;', 'uint32 remaining_ms = 33;'))).toEqual([
      'field remainingMs (3) of live_lambda.v1.Invoke now has number 33; numbers never change',
    ]);
  });

  it('may not give a field another type', () => {
    expect(breaks(changed('uint32 remaining_ms = 3;', 'uint64 remaining_ms = 3;'))).toEqual([
      'field remainingMs (3) of live_lambda.v1.Invoke was uint32 and is now uint64; types never change',
    ]);
  });

  it('may not make one of many, nor many of one', () => {
    expect(breaks(changed('repeated bytes confirmed', 'bytes confirmed'))).toEqual([
      'field confirmed (7) of live_lambda.v1.Invoke was repeated bytes and is now bytes; types never change',
    ]);
    expect(breaks(changed('bytes ephemeral_key = 11', 'repeated bytes ephemeral_key = 11'))).toEqual([
      'field ephemeralKey (11) of live_lambda.v1.Hello was bytes and is now repeated bytes; types never change',
    ]);
  });

  it('may not change what a map maps', () => {
    expect(breaks(changed('map<string, string> variables', 'map<uint32, string> variables'))).toEqual([
      'field variables (1) of live_lambda.v1.Attach was map<string, string> and is now map<uint32, string>; types never change',
    ]);
  });

  it('may not move a field into a oneof or out of it', () => {
    expect(breaks(changed('bytes error = 4;\n  }', '}\n  bytes error = 4;'))).toEqual([
      'field error (4) of live_lambda.v1.Result was in outcome and is now in no oneof; it has to stay',
    ]);
  });

  it('may not make a field optional, whose absence an older reader takes for its default', () => {
    expect(breaks(changed('uint32 remaining_ms = 3;', 'optional uint32 remaining_ms = 3;'))).toHaveLength(1);
  });

  it('may not remove a message', () => {
    const unused = changed(
      'message Message {',
      'message Message { reserved 10;',
      changed('Withdraw withdraw = 10;', ''),
    );
    expect(breaks(changed(/message Withdraw \{[^}]*\}/, '', unused))).toEqual([
      'message live_lambda.v1.Withdraw was removed',
    ]);
  });

  it('may not remove an enum', () => {
    const codecless = source.replaceAll(/Codec codec/g, 'uint32 codec').replace(/enum Codec \{[^}]*\}/, '');
    expect(breaks(codecless)).toContain('enum live_lambda.v1.Codec was removed');
  });

  it('may not remove the value of an enum, give it another number, or its number to another', () => {
    const value = 'REASON_UNKNOWN_FUNCTION = 2;';
    expect(breaks(changed(value, ''))).toEqual([
      'value REASON_UNKNOWN_FUNCTION (2) of live_lambda.v1.Refusal.Reason was removed; add "reserved 2;"',
    ]);
    expect(breaks(changed(value, 'REASON_UNKNOWN_FUNCTION = 3;'))).toEqual([
      'value REASON_UNKNOWN_FUNCTION (2) of live_lambda.v1.Refusal.Reason now has number 3; numbers never change',
    ]);
    expect(breaks(changed(value, 'REASON_MOOD = 2;'))).toEqual([
      'value REASON_UNKNOWN_FUNCTION (2) of live_lambda.v1.Refusal.Reason: its number is now that of REASON_MOOD; give that one its own',
    ]);
    expect(breaks(changed(value, 'reserved 2;'))).toEqual([]);
  });

  it('may not use again what was reserved, nor forget to reserve it', () => {
    const reserving = changed(/(message Ping \{\s+bytes nonce = 1;)/, '$1 reserved 2, 5 to 7;');
    expect(breaks(changed('reserved 2, 5 to 7;', 'string mood = 6; reserved 2;', reserving), reserving)).toEqual([
      'mood of live_lambda.v1.Ping uses number 6, which is reserved',
      'live_lambda.v1.Ping no longer reserves 5 to 7; add "reserved 5 to 7;"',
    ]);
    expect(breaks(changed('reserved 2, 5 to 7;', 'reserved 2 to 7;', reserving), reserving)).toEqual([]);
  });
});
