import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfigFile } from './config-file.ts';

/** The config file that is made where there is none: every program can read and write it. */
const createdConfigName = 'live-lambda.config.json';

/** What became of a change to `runners` of a config file. */
export type RunnersEdit =
  | { readonly result: 'written' | 'unchanged'; readonly file: string }
  /** The list is made by a program, and only its author can change it: this is what it must be. */
  | { readonly result: 'by-hand'; readonly file: string; readonly line: string };

/**
 * Sets `runners` of a config file, or makes one in `folder` where there is none. What was written is loaded again; if it
 * is not what was meant, the file is as it was before.
 * @throws UserError when the file cannot be loaded as it is.
 */
export async function editRunners(
  target: { readonly file: string | undefined; readonly folder: string },
  change: (runners: readonly string[]) => readonly string[],
): Promise<RunnersEdit> {
  const file = target.file ?? join(target.folder, createdConfigName);
  const before = target.file === undefined ? undefined : readFileSync(file, 'utf8');
  const present = before === undefined ? [] : ((await loadConfigFile(file)).config.runners ?? []);
  const wanted = change(present);
  if (same(present, wanted)) return { result: 'unchanged', file };
  const line = `runners: [${wanted.map((each) => `'${each}'`).join(', ')}],`;
  const text = file.endsWith('.json') ? editJson(before, wanted) : editProgram(before ?? '', { present, wanted });
  if (text === undefined) return { result: 'by-hand', file, line };
  await writeFile(file, text);
  const written = await loadConfigFile(file).catch(() => undefined);
  if (same(written?.config.runners ?? [], wanted)) return { result: 'written', file };
  if (before === undefined) await rm(file, { force: true });
  else await writeFile(file, before);
  return { result: 'by-hand', file, line };
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

/** Keeps the indentation and the end of the file. */
function editJson(before: string | undefined, runners: readonly string[]): string {
  if (before === undefined) return `${JSON.stringify({ runners }, undefined, 2)}\n`;
  const indentation = /^[ \t]+(?=")/m.exec(before)?.[0] ?? 2;
  const end = before.endsWith('\n') ? '\n' : '';
  return JSON.stringify({ ...JSON.parse(before), runners }, undefined, indentation) + end;
}

/**
 * Replaces the one array of string literals that is written as `runners: [...]`; undefined where there is no such array,
 * or more than one.
 */
export function editProgram(
  text: string,
  { present, wanted }: { readonly present: readonly string[]; readonly wanted: readonly string[] },
): string | undefined {
  const arrays = [...text.matchAll(/(?<![\w$.])(["']?)runners\1\s*:\s*\[([^[\]]*)\]/g)];
  const [array] = arrays;
  if (arrays.length !== 1 || !array) return undefined;
  const [whole, , body = ''] = array;
  const literals = stringLiterals(body);
  if (!literals || !same(literals, present)) return undefined;
  const quote = body.includes('"') && !body.includes("'") ? '"' : "'";
  const items = wanted.map((each) => quote + each + quote);
  const opening = whole.slice(0, whole.length - body.length - 2);
  const start = array.index ?? 0;
  return `${text.slice(0, start)}${opening}[${layOut(items, body)}]${text.slice(start + whole.length)}`;
}

/** On one line, or on one line each as it was before. */
function layOut(items: readonly string[], before: string): string {
  const indentation = /\n([ \t]+)\S/.exec(before)?.[1];
  if (indentation === undefined || items.length === 0) return items.join(', ');
  const closing = /\n([ \t]*)$/.exec(before)?.[1] ?? '';
  return `${items.map((item) => `\n${indentation}${item},`).join('')}\n${closing}`;
}

/** The values of string literals with commas between them; undefined if anything else is there, a comment say. */
function stringLiterals(body: string): readonly string[] | undefined {
  const parts = body.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  const values = parts.map((part) => /^(["'])([^"'\\\n]*)\1$/.exec(part)?.[2]);
  return values.every((value) => value !== undefined) ? values : undefined;
}
