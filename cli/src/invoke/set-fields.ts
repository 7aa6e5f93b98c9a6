import { UserError } from '../user-error.ts';
import { type Json, jsonOrText } from './event-facts.ts';

/**
 * The event with fields set by their paths, for example `Records.0.body=hello`; a value that is JSON is taken as JSON.
 * @throws UserError for what is no path, or leads through what is no object.
 */
export function setFields(event: Json, assignments: readonly string[]): Json {
  return assignments.reduce((changed, assignment) => {
    const end = assignment.indexOf('=');
    if (end < 1) {
      throw new UserError(
        `--set ${assignment} names no field and value.`,
        'Write path=value, for example --set detail.id=7.',
      );
    }
    const path = assignment.slice(0, end).split('.');
    return setAt(changed, { path, value: jsonOrText(assignment.slice(end + 1)), assignment });
  }, event);
}

interface Assignment {
  readonly path: readonly string[];
  readonly value: Json;
  readonly assignment: string;
}

function setAt(event: Json | undefined, { path, value, assignment }: Assignment): Json {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const below = (child: Json | undefined) => setAt(child, { path: rest, value, assignment });
  if (Array.isArray(event)) {
    const list: readonly Json[] = event;
    const index = Number(name);
    if (!/^\d+$/.test(name) || index > list.length) {
      throw new UserError(
        `--set ${assignment}: "${name}" is no place in a list of ${list.length}.`,
        `Places count from 0; ${list.length} is one more.`,
      );
    }
    return [...list.slice(0, index), below(list[index]), ...list.slice(index + 1)];
  }
  if (event === undefined || event === null) return { [name]: below(undefined) };
  if (typeof event !== 'object') {
    throw new UserError(
      `--set ${assignment}: "${name}" would be a field of ${JSON.stringify(event)}, which is no object.`,
      'Print the event with --print, and correct the path.',
    );
  }
  const fields = event as { readonly [name: string]: Json };
  return { ...fields, [name]: below(Object.hasOwn(fields, name) ? fields[name] : undefined) };
}
