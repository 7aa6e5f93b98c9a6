import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const workspace = join(import.meta.dirname, '..', '..', '..');

/** Those that users read, by their paths in the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'cli/README.md',
  'construct/README.md',
  'runners/README.md',
  ...readdirSync(join(workspace, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function documentText(document: string): string {
  return readFileSync(join(workspace, document), 'utf8');
}

/** A fenced block of a document. */
export interface DocumentBlock {
  readonly document: string;
  /** Of its first line of text; counted from 1. */
  readonly line: number;
  readonly language: string;
  /** The HTML comment right above it: `runs: shop`. */
  readonly mark: string | undefined;
  readonly text: string;
}

/** All fenced blocks of a document, in their order. */
export function blocksOf(document: string): readonly DocumentBlock[] {
  const text = documentText(document);
  const fences = text.matchAll(/(?:^<!-- ([^\n]*?) -->\n\n)?^```([^\n]*)\n(.*?)^```/gms);
  return [...fences].map(({ 0: whole, 1: mark, 2: language = '', 3: body = '', index }) => {
    const before = text.slice(0, index + whole.indexOf('```'));
    return { document, line: before.split('\n').length + 1, language: language.trim(), mark, text: body };
  });
}

/** A command of a block, and what the block shows of its output. */
export interface ShownCommand {
  readonly command: string;
  readonly output: readonly string[];
}

/** What stands before the first command is output of what runs already. */
export function shownCommands(text: string): {
  readonly before: readonly string[];
  readonly commands: readonly ShownCommand[];
} {
  const before: string[] = [];
  const commands: { command: string; output: string[] }[] = [];
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('$ ') && !isEchoed(line, commands.at(-1)))
      commands.push({ command: line.slice(2), output: [] });
    else (commands.at(-1)?.output ?? before).push(line);
  }
  return { before, commands };
}

/** `live-lambda deploy` shows the command that it runs, as a shell would. */
function isEchoed(line: string, last: ShownCommand | undefined): boolean {
  return line.startsWith('$ npx cdk ') && last?.output.length === 0 && last.command.includes('live-lambda deploy');
}
