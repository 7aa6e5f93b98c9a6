import { describe, expect, it } from 'vitest';
import { documentText } from './document-blocks.ts';
import { callerErrorTypes, errorTexts, hole, phrasesOf, testedTexts } from './error-texts.ts';

/** A phrase that more errors have tells none of them. */
const maxErrorsOfPhrase = 2;

const page = documentText('docs/troubleshooting.md');

/** The first code in each row of the tables below a heading, in the column that has it. */
function rowsBelow(heading: string, column: number): readonly string[] {
  const [, below = ''] = page.split(`\n## ${heading}\n`);
  const [section = ''] = below.split(/^## /m);
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| -|^\| (text|about|`errorType`)/.test(line));
  return rows.map((row) => {
    const cell = row.split(/(?<!\\)\|/)[column] ?? '';
    return cell
      .replaceAll('\\|', '|')
      .replace(/^\s*(`+) ?| ?`+\s*$/g, '')
      .trim();
  });
}

const known = [...new Set(errorTexts().map(({ text }) => text))];
const documented = [...rowsBelow('What the command line says', 1), ...rowsBelow('What a synth says', 2)];

describe('the catalogue of errors', () => {
  it('has what the command line, a synth and identities say', () => {
    expect(known.length).toBeGreaterThan(100);
    expect(known.filter((text) => !documented.includes(text))).toEqual([]);
  });

  it('has nothing that nobody says any more', () => {
    expect(documented.filter((text) => !known.includes(text))).toEqual([]);
  });

  it('has every type of error that callers of functions get', () => {
    const rows = rowsBelow('What callers of a function get', 1);
    expect(rows.toSorted()).toEqual([...callerErrorTypes()].sort());
  });

  it('has no error that no test produces', () => {
    const tested = testedTexts().join('\n');
    const isOwn = (phrase: string) => known.filter((text) => text.includes(phrase)).length <= maxErrorsOfPhrase;
    const isTested = (text: string) => {
      const phrases = phrasesOf(text);
      const own = phrases.filter(isOwn);
      return (own.length > 0 ? own : phrases).some((phrase) => tested.includes(phrase));
    };
    const types = [...callerErrorTypes()].filter((type) => !tested.includes(type));
    expect([...known.filter((text) => !isTested(text)), ...types]).toEqual([]);
  });

  it('is read: a text has phrases, and what it is filled with is in none', () => {
    expect(phrasesOf(`There are ${hole} CDK apps below ${hole}.`)).toEqual([
      'There are',
      'CDK apps',
      'apps below',
      'CDK apps below',
    ]);
  });
});
