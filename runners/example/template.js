import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What stands between double braces: `name`, `name!what to say without it`, or `> file` for a template beside this one. */
const TAG = /\{\{(?:\s*(\w+)\s*(?:!([^{}]*))?|>\s*([\w. -]+?)\s*)\}\}/g;

/** Thrown for a template that is none; `file` and `line`, from 1, say where. */
class TemplateError extends Error {
  name = 'TemplateError';

  constructor(message, file, line) {
    super(`${file}:${line}: ${message}`);
  }
}

/** Thrown for an event that a template refuses. */
class EventError extends Error {
  name = 'EventError';
}

/**
 * Reads a template with those that it includes, and notes which files it read or looked for.
 *
 * @param {string} file
 * @param {Set<string>} [files]
 * @returns {readonly ({ text: string } | { name: string, demand: string | undefined })[]}
 * @throws {TemplateError} for braces that hold nothing known, and for a template that is not there
 */
export function readTemplate(file, files = new Set()) {
  const source = readFileSync(file, 'utf8').trimEnd();
  files.add(file);
  const parts = [];
  let end = 0;
  const text = (until) => {
    const between = source.slice(end, until);
    const stray = between.search(/\{\{|\}\}/);
    if (stray >= 0) throw new TemplateError('braces that are no tag', file, lineAt(source, end + stray));
    parts.push({ text: between });
  };
  for (const tag of source.matchAll(TAG)) {
    text(tag.index);
    end = tag.index + tag[0].length;
    const [, name, demand, included] = tag;
    if (included === undefined) parts.push({ name, demand });
    else parts.push(...include(included, { file, files, line: lineAt(source, tag.index) }));
  }
  text(source.length);
  return parts;
}

function include(name, { file, files, line }) {
  const path = join(dirname(file), name);
  if (files.has(path)) throw new TemplateError(`${name} includes itself`, file, line);
  // Also if it is not there: its appearance mends the template.
  files.add(path);
  try {
    return readTemplate(path, files);
  } catch (error) {
    if (error.code === 'ENOENT') throw new TemplateError(`there is no template "${name}"`, file, line);
    throw error;
  }
}

function lineAt(source, offset) {
  return source.slice(0, offset).split('\n').length;
}

/**
 * Fills a template with the members of an event. `event` is the whole event, as it was sent.
 *
 * @param {ReturnType<typeof readTemplate>} parts
 * @param {string} event JSON
 * @returns {string}
 * @throws {EventError} for an event without a member that the template demands
 */
export function fillTemplate(parts, event) {
  const members = JSON.parse(event);
  const filled = parts.map((part) => {
    if ('text' in part) return part.text;
    if (part.name === 'event') return event;
    const value = members?.[part.name];
    if (value === undefined && part.demand !== undefined) throw new EventError(part.demand.trim());
    return String(value ?? '');
  });
  return filled.join('');
}
