import { join } from 'node:path';
import { type Command, Config } from '@oclif/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandReference, withReference } from './documents/command-reference.ts';
import { blocksOf, documents, documentText, shownCommands } from './documents/document-blocks.ts';

/** Every command line of this program in the examples of a document, and in its words where npx is named. */
function commandLines(document: string): readonly string[] {
  const examples = blocksOf(document)
    .map(({ language, text }) => (language === 'console' ? commandsOf(text) : text))
    .join('\n');
  // One that is meant to fail is followed by its error.
  const inExamples = examples.matchAll(/^(?:\$ )?(?:npx )?live-lambda(?![^\n]*\nError:)((?: +[^\s#│]+)*)/gm);
  const inWords = documentText(document).matchAll(/`npx live-lambda((?: +[^\s`]+)*)`/g);
  return [...inExamples, ...inWords].map(([, rest = '']) => rest.trim());
}

/** Without what they print. */
function commandsOf(terminal: string): string {
  const fails = (output: readonly string[]) => output[0]?.startsWith('Error:');
  const { commands: shown } = shownCommands(terminal);
  return shown.flatMap(({ command, output }) => (fails(output) ? [] : [command])).join('\n');
}

let commands: ReadonlyMap<string, Command.Loadable>;

beforeAll(async () => {
  const config = await Config.load(join(import.meta.dirname, '..'));
  commands = new Map(config.commands.map((command) => [command.id.replaceAll(':', ' '), command]));
});

/** What is wrong with a command line; undefined where it could be run. */
function faultOf(line: string): string | undefined {
  const [own = ''] = line.split(/(?:^| )-- /);
  const words = own.trim().split(/ +/).filter(Boolean);
  const starts = words.map((_, index) => words.slice(0, words.length - index).join(' '));
  const id = starts.find((start) => commands.has(start));
  const isTopic = (text: string) => [...commands.keys()].some((each) => each.startsWith(`${text} `));
  if (id === undefined) return words.length === 0 || isTopic(words[0] ?? '') ? undefined : 'no such command';
  const known = new Set(['help', 'json', ...Object.keys(commands.get(id)?.flags ?? {})]);
  return words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).replace(/=.*/, ''))
    .filter((flag) => !known.has(flag) && !known.has(flag.replace(/^no-/, '')))
    .map((flag) => `no flag --${flag}`)[0];
}

describe('the documents', () => {
  it.each(documents)('of which %s names commands and flags that are there', (document) => {
    const faults = commandLines(document).flatMap((line) => {
      // The version and the program's own help are flags without a command.
      if (/^(\.\.\.|--(help|version)\b)/.test(line)) return [];
      const fault = faultOf(line);
      return fault === undefined ? [] : [`live-lambda ${line}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('of which docs/commands.md has the help of every command; `npm run reference -w live-lambda` writes it', async () => {
    const text = documentText('docs/commands.md');
    expect(text).toBe(withReference(text, await commandReference()));
  });

  it('are read: a command that is not there is found', () => {
    expect(commandLines('docs/commands.md').length).toBeGreaterThan(15);
    expect(faultOf('tunel')).toBe('no such command');
    expect(faultOf('deploy CreateOrder --sesion ada')).toBe('no flag --sesion');
    expect(faultOf('deploy -- --all')).toBeUndefined();
  });
});
