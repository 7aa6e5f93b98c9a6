import { nearMisses } from '../near-miss.ts';
import { projectCommand } from '../project-command.ts';
import { type Failure, unexpectedArgument, usage } from './failure.ts';

/** What a program has commands for; ids are words with colons between them. */
export interface KnownCommands {
  readonly bin: string;
  readonly commands: readonly string[];
  readonly topics: readonly string[];
}

/** Of a command line that names no command; undefined where it does. `id` is what it names, as oclif reads it. */
export function unknownCommand(id: string, { bin, commands, topics }: KnownCommands): Failure | undefined {
  if (commands.includes(id) || topics.includes(id)) return undefined;
  const text = (words: readonly string[]) => [bin, ...words].join(' ');
  if (id.startsWith('-')) return usage('unknown-flag', `${bin} itself has no flag ${id.replace(/=.*/, '')}.`, bin);
  const words = id.split(':');
  const starts = words.map((_, index) => words.slice(0, words.length - index));
  const known = starts.find((start) => commands.includes(start.join(':')));
  if (known) return unexpectedArgument(words[known.length] ?? '', text(known));
  const topic = starts.find((start) => topics.includes(start.join(':'))) ?? [];
  const wrong = words[topic.length] ?? '';
  const next = (each: string) => each.split(':').slice(0, topic.length + 1);
  const siblings = commands
    .filter((each) => topic.length === 0 || each.startsWith(`${topic.join(':')}:`))
    .map((each) => next(each).at(-1) ?? '');
  const meant = nearMisses(wrong, [...new Set(siblings)]).map((each) => projectCommand(text([...topic, each])));
  return usage('unknown-command', `${text(topic)} has no command "${wrong}".`, text(topic), meant);
}
