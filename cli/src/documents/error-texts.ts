import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { childOf, childrenOf, nameOf, nodesOf, type SyntaxNode } from '../init/syntax-tree.ts';

const workspace = join(import.meta.dirname, '..', '..', '..');

/** Stands for what a program puts into a text. */
export const hole = '…';

/** An error as a source says it, with holes. */
export interface ErrorText {
  readonly file: string;
  readonly text: string;
}

const told = /^(?:UserError|UsageError|IdentityError)$/;
const ofCallers = /^LiveLambda\.[A-Z]\w+$/;

/** Less says nothing that somebody could look for: what comes from elsewhere is passed on. */
const minWords = 3;

/** What developers may be told: by the command line, by a synth, and about keys and identities. */
export function errorTexts(): readonly ErrorText[] {
  const sources = [...sourcesIn('cli/src'), ...sourcesIn('construct/src'), ...sourcesIn('protocol/src')];
  return sources.flatMap((file) => {
    const isSynth = file.startsWith('construct/');
    return nodesIn(file).flatMap((node) => {
      if (node.type !== 'NewExpression') return [];
      const name = nameOf(childOf(node, 'callee')) ?? '';
      if (!told.test(name) && !(isSynth && name === 'Error')) return [];
      const [first] = childrenOf(node, 'arguments');
      return textsOf(first)
        .map((text) => text.replace(/\s+/g, ' ').trim())
        .filter((text) => wordsOf(text).length >= minWords)
        .map((text) => ({ file, text }));
    });
  });
}

/** `errorType` of the errors that callers of functions get from live-lambda. */
export function callerErrorTypes(): ReadonlySet<string> {
  const sources = ['stub/src', 'runners/src', 'cli/src/tunnel'].flatMap(sourcesIn);
  const literals = sources.flatMap(nodesIn).filter(({ type }) => type === 'StringLiteral');
  return new Set(literals.map(({ value }) => String(value)).filter((value) => ofCallers.test(value)));
}

/** What tests compare with; of a pattern its letters, with holes. Not those that look at documents. */
export function testedTexts(): readonly string[] {
  const folders = ['cli/src', 'construct/src', 'protocol/src', 'stub/src', 'runners/src', 'sample-app/test'];
  const tests = folders.flatMap((folder) => filesIn(folder).filter((file) => file.endsWith('.test.ts')));
  return tests
    .filter((file) => !/documents\/(documented-\w+|output-pattern)\.test\.ts$/.test(file))
    .flatMap(nodesIn)
    .flatMap((node) => {
      if (node.type === 'RegExpLiteral') return [lettersOf(String(node.pattern))];
      return node.type === 'StringLiteral' || node.type === 'TemplateLiteral' ? textsOf(node) : [];
    });
}

/** Parts of an error's text of two or three words by which it can be told from others. */
export function phrasesOf(text: string): readonly string[] {
  return text.split(hole).flatMap((part) => {
    const words = part.trim().split(/\s+/);
    return [2, 3].flatMap((count) =>
      words
        .slice(0, words.length - count + 1)
        .map((_, index) => words.slice(index, index + count).join(' '))
        .map((phrase) => phrase.replace(/[.,:;]$/, ''))
        .filter((phrase) => phrase.length >= minPhraseLength),
    );
  });
}

/** A phrase of less stands in many texts. */
const minPhraseLength = 7;

function lettersOf(pattern: string): string {
  return pattern.replace(/\\[wsdbSW][+*]?|\.[*+]|\[[^\]]*\][+*]?|\([^)]*\)/g, hole).replace(/\\(.)/g, '$1');
}

function wordsOf(text: string): readonly string[] {
  return text
    .replaceAll('live-lambda:', '')
    .split(hole)
    .join(' ')
    .split(/\s+/)
    .filter((word) => /\w/.test(word));
}

/** What a text may be: one for each way through its conditions. */
function textsOf(node: SyntaxNode | undefined): readonly string[] {
  switch (node?.type) {
    case 'StringLiteral':
      return [String(node.value)];
    case 'TemplateLiteral':
      return [
        childrenOf(node, 'quasis')
          .map(({ value }) => String(Object(value).cooked))
          .join(hole),
      ];
    case 'BinaryExpression':
      return textsOf(childOf(node, 'left')).flatMap((left) =>
        textsOf(childOf(node, 'right')).map((right) => left + right),
      );
    case 'ConditionalExpression':
      return [...textsOf(childOf(node, 'consequent')), ...textsOf(childOf(node, 'alternate'))];
    default:
      return [hole];
  }
}

function nodesIn(file: string): readonly SyntaxNode[] {
  const nodes = nodesOf(readFileSync(join(workspace, file), 'utf8'), { jsx: false });
  if (nodes === undefined) throw new Error(`${file} cannot be parsed`);
  return nodes.map(({ node }) => node);
}

function sourcesIn(folder: string): readonly string[] {
  return filesIn(folder).filter((file) => !/\.test\.ts$|\/fixtures\/|\/generated\/|\/fuzz\//.test(file));
}

function filesIn(folder: string): readonly string[] {
  const names = readdirSync(join(workspace, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
}
