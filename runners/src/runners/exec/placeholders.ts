import { dirname } from 'node:path';
import { deployedHandler } from '../../deployed-handler.ts';
import type { FunctionSpec, InputFolder } from '../../runner.ts';
import type { Command } from './program.ts';

/** What stands for `{name}` in a command. */
export type Placeholders = Readonly<Record<string, string>>;

export function placeholdersOf(fn: FunctionSpec, output: string | undefined): Placeholders {
  return {
    entry: fn.entry,
    handler: fn.handler,
    id: fn.id,
    moduleHandler: deployedHandler(fn),
    projectRoot: fn.projectRoot ?? dirname(fn.entry),
    root: fn.root,
    ...(output === undefined ? {} : { output }),
  };
}

/** A command with its placeholders filled. Other words in braces stay as they are. */
export function filledCommand({ command, args, cwd, env }: Command, placeholders: Placeholders): Command {
  const filled = (text: string): string => fill(text, placeholders);
  return {
    command: filled(command),
    args: args.map(filled),
    ...(cwd === undefined ? {} : { cwd: filled(cwd) }),
    ...(env === undefined
      ? {}
      : { env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])) }),
  };
}

export function filledFolder(folder: InputFolder, placeholders: Placeholders): InputFolder {
  return { ...folder, path: fill(folder.path, placeholders) };
}

function fill(text: string, placeholders: Placeholders): string {
  return text.replace(/\{(\w+)\}/g, (written, name: string) => placeholders[name] ?? written);
}
