import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { UserError } from '../user-error.ts';
import { exampleAccount, type Json } from './event-facts.ts';
import { type TemplateName, templateEvent } from './event-templates.ts';
import { setFields } from './set-fields.ts';

/** Where an event comes from; at most one of `event`, `file` and `template`. */
export interface EventSource {
  /** JSON. */
  readonly event: string | undefined;
  /** `-` for the standard input. */
  readonly file: string | undefined;
  readonly template: TemplateName | undefined;
  readonly body: string | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly set: readonly string[];
  readonly region: string;
  readonly currentFolder: string;
  readonly stdin: NodeJS.ReadableStream;
}

/** For an invocation without an event, as the Lambda console sends it. */
const emptyEvent = '{}';

/**
 * The event's text. What is given and not changed goes as it is, to the last byte.
 * @throws UserError for a file that cannot be read, or what is no JSON.
 */
export async function readEvent(source: EventSource): Promise<string> {
  const { template, set, body, method, path } = source;
  if (template !== undefined) {
    const facts = { now: new Date(), uuid: randomUUID, region: source.region, account: exampleAccount };
    return written(setFields(templateEvent(template, { ...facts, body, method, path }), set));
  }
  const lost = Object.entries({ body, method, path }).find(([, value]) => value !== undefined);
  if (lost) {
    throw new UserError(
      `--${lost[0]} is a part of an event that is made up, and there is no --template.`,
      'Name the trigger, for example --template sqs; or set fields of your own event with --set.',
    );
  }
  const given = await givenText(source);
  const event = parse(given.text, given.from);
  return set.length === 0 ? given.text : written(setFields(event, set));
}

async function givenText({ event, file, currentFolder, stdin }: EventSource) {
  if (event !== undefined) return { text: event, from: '--event' };
  if (file === undefined) return { text: emptyEvent, from: 'the event' };
  if (file === '-') return { text: await text(stdin), from: 'the standard input' };
  const path = resolve(currentFolder, file);
  const read = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? `There is no file ${path}` : `${path} cannot be read: ${cause.message}`;
    throw new UserError(`${reason}.`, 'Name the file that holds the event as JSON, or - for the standard input.', {
      cause,
    });
  });
  return { text: read, from: path };
}

function parse(given: string, from: string): Json {
  try {
    return JSON.parse(given) as Json;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const place = placeIn(given, reason);
    const hint =
      from === '--event'
        ? `Quote it for your shell, for example --event '{"id":1}'; text is JSON in double quotes of its own.`
        : 'Events of Lambda are JSON: correct it.';
    throw new UserError(`${from}${place} is not JSON: ${reason}.`, hint, { cause });
  }
}

/** `:3:8`, by the position that V8 names; nothing where it names none. */
function placeIn(given: string, reason: string): string {
  const position = /position (\d+)/.exec(reason)?.[1];
  if (position === undefined) return '';
  const lines = given.slice(0, Number(position)).split('\n');
  return `:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

function written(event: Json): string {
  return JSON.stringify(event, undefined, 2);
}
