import { hostileFields, mutated } from './hostile-bytes.ts';
import { demand, type Target, type TargetOptions } from './target.ts';

/** The readers of the service's own text. They are given, since only their folder knows the service. */
export interface ServiceReaders {
  readonly eventBytes: (text: string) => Uint8Array | undefined;
  readonly eventText: (event: Uint8Array) => string;
  readonly readServiceMessage: (frame: string) => { readonly type: string };
}

const genuine = [
  '{"type":"connection_ack","connectionTimeoutMs":300000}',
  '{"type":"ka"}',
  '{"type":"subscribe_success","id":"1"}',
  '{"type":"publish_success","id":"1","successful":[{"identifier":"a","index":0}],"failed":[{"code":1,"message":null}]}',
  '{"type":"publish_error","id":"1","errors":[{"errorType":"UnauthorizedException","message":"no","errorCode":401}]}',
  '{"type":"data","id":"1","event":["\\"GgQ\\""]}',
  '{"type":"data","id":"1","event":"\\"GgQ\\""}',
  '{"errors":[{"errorType":"UnsupportedOperation"}],"type":"connection_error"}',
] as const;

const pieces = ['null', '1e999', '-1', '{}', '[]', '"x"', '{"__proto__":{"type":"ka"}}', '"\\ud800"', '[[]]'] as const;

/** What a service that has gone wrong might send as text. Nothing of it may throw. */
export function serviceTargets({ random, events }: TargetOptions, readers: ServiceReaders): readonly Target[] {
  function frameText(): string {
    const given = random.pick(genuine);
    switch (random.below(8)) {
      case 0:
        return `${'['.repeat(random.size(50_000))}${'{"a":'.repeat(random.size(1000))}`;
      case 1: {
        const depth = random.size(5000);
        return `{"type":"publish_error","errors":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      }
      case 2:
        return given.replace(/:("[^"]*"|\d+|null)/, () => `:${random.pick(pieces)}`);
      case 3:
        return `{"type":"error","errors":[${Array(random.size(2000)).fill(random.pick(pieces)).join()}]}`;
      case 4:
        return given;
      default:
        return Buffer.from(mutated(Buffer.from(given), random)).toString();
    }
  }

  function eventTextOf(): string {
    const text = readers.eventText(random.pick(events));
    switch (random.below(6)) {
      case 0:
        return ' '.repeat(random.size(100_000));
      case 1:
        return `"${'A'.repeat(random.size(100_000))}${random.pick(['', ' ', '"', '=', '\n'])}`;
      case 2:
        return `${text}${' \t'.repeat(random.size(50_000))}x`;
      case 3:
        return Buffer.from(hostileFields(random, 500)).toString('latin1');
      default:
        return Buffer.from(mutated(Buffer.from(text), random)).toString('latin1');
    }
  }

  return [
    {
      name: 'service message',
      next() {
        const text = frameText();
        return {
          bytes: Buffer.from(text),
          feed: () => demand(typeof readers.readServiceMessage(text).type === 'string', 'a message has a type'),
        };
      },
    },
    {
      name: 'event text',
      next() {
        const text = eventTextOf();
        return {
          bytes: Buffer.from(text),
          feed() {
            const bytes = readers.eventBytes(text);
            if (!bytes) return;
            demand(bytes.length <= text.length, 'an event is not larger than its text');
            const again = readers.eventBytes(readers.eventText(bytes));
            demand(again !== undefined && Buffer.compare(again, bytes) === 0, 'an event is read as it is written');
          },
        };
      },
    },
  ];
}
