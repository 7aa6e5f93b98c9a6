import { existsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { CdkApp } from './find-cdk-app.ts';

/** The languages that CDK apps are written in, besides TypeScript and JavaScript. */
export type OtherLanguage = 'Python' | 'Java' | 'Go' | 'C#';

/** Where an app makes its `App`, as far as the command that runs it tells. */
export type AppEntry =
  /** The source file that the command runs; absolute. */
  | { readonly kind: 'script'; readonly file: string }
  | { readonly kind: 'other-language'; readonly language: OtherLanguage }
  | { readonly kind: 'unknown' };

const scriptEnding = /\.[cm]?[jt]sx?$/;
const endings = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** Programs and files by which the language of an app is known, in the words of its command. */
const languages: readonly (readonly [RegExp, OtherLanguage])[] = [
  [/\.py\b|(^|[\s/\\])(python[\d.]*|uv|poetry|pipenv)(\.exe)?\s/, 'Python'],
  [/(^|[\s/\\])(mvnw?|gradlew?)(\.bat)?\s|\.jar\b/, 'Java'],
  [/(^|[\s&])go\s+run\b|\.go\b/, 'Go'],
  [/(^|\s)dotnet\s|\.csproj\b/, 'C#'],
];

/** The source file that an app's command runs, or the language that it is in. */
export function findAppEntry({ folder, command = '' }: Pick<CdkApp, 'folder' | 'command'>): AppEntry {
  const file = words(command)
    .map((word) => sourceFile(folder, word))
    .findLast((each) => each !== undefined);
  if (file !== undefined) return { kind: 'script', file };
  const language = languages.find(([pattern]) => pattern.test(`${command} `))?.[1];
  return language === undefined ? { kind: 'unknown' } : { kind: 'other-language', language };
}

/** A command's words, without the quotes around them. */
function words(command: string): readonly string[] {
  const found = command.match(/"[^"]*"|'[^']*'|[^\s"';&|]+/g) ?? [];
  return found.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')).filter((word) => !word.startsWith('-'));
}

/** The source behind a word that names a program of Node's; undefined where the word names none. */
function sourceFile(folder: string, word: string): string | undefined {
  if (/[\\/]node_modules[\\/]/.test(word)) return undefined;
  const isScript = scriptEnding.test(word);
  const base = word.replace(scriptEnding, '');
  // A compiled program would be written anew: what it was made from lies beside it, or in a folder that mirrors its own.
  const compiledFrom = /\.[cm]?js$/.test(word) || !isScript ? sourcesOf(base) : [];
  const candidates = [...compiledFrom, ...(isScript ? [word] : endings.map((ending) => base + ending))];
  return candidates.map((each) => join(folder, each)).find(isFile);
}

function sourcesOf(base: string): readonly string[] {
  const [, ...below] = base.replace(/^\.[\\/]/, '').split(/[\\/]/);
  const bases = below.length === 0 ? [base] : [base, below.join(sep), join('src', ...below)];
  return bases.flatMap((each) => [`${each}.ts`, `${each}.mts`, `${each}.cts`]);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
