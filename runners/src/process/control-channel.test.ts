import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ControlReport, openControlChannel } from './control-channel.ts';

/** Two ends of a pipe: what is written to one comes out of the other. */
function pipe() {
  const written: string[] = [];
  const ours = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  return { ours, written };
}

async function reportsOf(...chunks: readonly (string | Uint8Array)[]): Promise<ControlReport[]> {
  const { ours } = pipe();
  const reports: ControlReport[] = [];
  const channel = openControlChannel(ours, (report) => reports.push(report));
  for (const chunk of chunks) ours.push(chunk);
  await new Promise((resolve) => setImmediate(resolve));
  channel.close();
  return reports;
}

describe('a control channel', () => {
  it('reads lines of JSON, however they are cut, also within a character', async () => {
    const line = Buffer.from('{"type":"loaded","files":["/app/größe.ts"]}\n{"type":"held"}\n{"type":"he');
    const cut = line.indexOf('ö') + 1;
    expect(await reportsOf(line.subarray(0, cut), line.subarray(cut), 'ld"}\n')).toEqual([
      { type: 'loaded', files: ['/app/größe.ts'] },
      { type: 'held' },
      { type: 'held' },
    ]);
  });

  it('ignores what is none of the reports, and the parts of them that make no sense', async () => {
    const lines = [
      'garbage',
      'null',
      '[]',
      '{"type":"new"}',
      '{"type":"loaded"}',
      '{"type":"loaded","files":[1,"/a.ts",null]}',
      '{"type":"inspector","url":1}',
      '{"type":"inspector","url":"ws://127.0.0.1:1/id"}',
    ];
    expect(await reportsOf(`${lines.join('\n')}\n`)).toEqual([
      { type: 'loaded', files: ['/a.ts'] },
      { type: 'inspector', url: 'ws://127.0.0.1:1/id' },
    ]);
  });

  it('does not keep a line without an end', async () => {
    const megabyte = 'x'.repeat(1_048_576);
    const chunks = Array.from({ length: 9 }, () => megabyte);
    expect(await reportsOf(...chunks, '\n{"type":"held"}\n')).toEqual([{ type: 'held' }]);
  });

  it('writes a line for each order, and nothing to a process that has ended', async () => {
    const { ours, written } = pipe();
    const channel = openControlChannel(ours, () => undefined);
    channel.send({ type: 'load', env: { A: '1', B: null } });
    channel.close();
    channel.send({ type: 'load' });
    expect(written).toEqual(['{"type":"load","env":{"A":"1","B":null}}\n']);
  });
});
