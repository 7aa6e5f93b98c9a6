import { dirname } from 'node:path';
import type { Line } from './conformance-case.ts';

/** All that is to be seen of a case from outside. */
export interface Observation {
  /** One for each invocation. */
  readonly lines: readonly Line[];
  /** The standard output of its processes. */
  readonly output: readonly string[];
  /** Of the last invocation, if it is an error. */
  readonly trace: readonly string[] | undefined;
  /** Of the last invocation. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What differs from run to run or from machine to machine, and what stands for it. */
export interface RunFacts {
  readonly taskRoot: string;
  /** The runtime client's program. */
  readonly program: string;
  readonly requestIds: readonly string[];
}

/** Writes a text as it would read on every machine. */
export function normaliseText(text: string, { taskRoot, program, requestIds }: RunFacts): string {
  // A client may be of several files: all of them are the runtime.
  let normal = text.replaceAll(taskRoot, '/var/task');
  for (const [file] of normal.matchAll(new RegExp(`${escapeRegExp(dirname(program))}/[\\w-]+\\.m?js`, 'g'))) {
    normal = normal.replaceAll(file, '/var/runtime/index.mjs');
  }
  for (const [index, id] of requestIds.entries()) {
    normal = normal.replaceAll(id, index === 0 ? '<request id>' : `<request id ${index + 1}>`);
  }
  return normal;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A trace without the frames of the runtime and of Node itself. */
export function withoutForeignFrames(trace: readonly string[]): readonly string[] {
  return trace.filter((line) => !/^\s+at /.test(line) || isOwnFrame(line));
}

function isOwnFrame(line: string): boolean {
  return /[ (/]\/var\/task\//.test(line);
}

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** As AWS's native code writes it. */
const EPOCH_TIME = /\[\d{13}\]/g;
const PROCESS_ID = /\(node:\d+\)/g;
/** Lines of a stack within JSON, as elements of a list or within a text. */
const LISTED_FRAME = /,"\s+at (?:[^"\\]|\\.)*"/g;
const QUOTED_FRAME = /\\n\s+at [^"\\]*/g;

/** What a process wrote, as it would read on every machine. */
export function normaliseOutput(line: string, facts: RunFacts): string {
  const text = normaliseText(line, facts)
    .replace(ISO_TIME, '<time>')
    .replace(EPOCH_TIME, '[<time>]')
    .replace(PROCESS_ID, '(node:<pid>)');
  const ownOnly = (frame: string): string => (isOwnFrame(frame) ? frame : '');
  const inJson = text.replace(LISTED_FRAME, ownOnly).replace(QUOTED_FRAME, ownOnly);
  return withoutForeignFrames(inJson.split(/[\r\n]/)).join('\n');
}

const X_RAY_CAUSE = 'lambda-runtime-function-xray-error-cause';

/** The headers of an answer; of X-Ray's description of an error, only what is of the function's own code. */
export function normaliseHeaders(
  headers: Readonly<Record<string, string>>,
  facts: RunFacts,
): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const text = normaliseText(value, facts);
    return [name, name === X_RAY_CAUSE ? withoutForeignPaths(text) : text] as const;
  });
  return Object.fromEntries(entries);
}

interface XRayCause {
  readonly exceptions: readonly { readonly stack: readonly { readonly path: string }[] }[];
  readonly paths: readonly string[];
}

function withoutForeignPaths(text: string): string {
  const isOwn = (path: string): boolean => path.includes('/var/task/');
  const cause = JSON.parse(text) as XRayCause;
  const exceptions = cause.exceptions.map((exception) => ({
    ...exception,
    stack: exception.stack.filter(({ path }) => isOwn(path)),
  }));
  return JSON.stringify({ ...cause, exceptions, paths: cause.paths.filter(isOwn) });
}

/** A payload in one line; a very long one by its length and its ends. */
export function showPayload(body: Uint8Array): string {
  const text = Buffer.from(body).toString('utf8');
  if (text.length <= MAX_SHOWN_CHARACTERS) return escapeControls(text);
  return `${escapeControls(text.slice(0, 16))}...${escapeControls(text.slice(-16))} (${body.byteLength} bytes)`;
}

const MAX_SHOWN_CHARACTERS = 4_000;

/** Control characters as JavaScript writes them. */
export function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f]/g, (character) => {
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
