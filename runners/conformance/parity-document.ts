import { expectedLines, type Generation, type Section } from './conformance-case.ts';
import type { KnownDifference } from './known-differences.ts';
import type { UnequalByNature } from './unequal-by-nature.ts';

export interface ParityDocument {
  readonly sections: readonly Section[];
  readonly known: readonly KnownDifference[];
  readonly unequal: readonly UnequalByNature[];
  /** Versions of Node and of AWS's client that were compared. */
  readonly compared: Readonly<Record<Generation, string>>;
}

/** Longer results are cut in the table; the cases themselves say all of it. */
const MAX_CELL_CHARACTERS = 160;

/** Writes docs/parity.md. What it says of results is what the suite expects, which the run has found to be true. */
export function parityDocument({ sections, known, unequal, compared }: ParityDocument): string {
  const count = sections.reduce((sum, { cases }) => sum + cases.length, 0);
  return `# Parity with Lambda's Node runtimes

This page is generated: \`npm run parity -w @live-lambda/runner\`. It runs ${count} functions through our runtime client and
through AWS's own, behind the same Runtime API server, and compares the answers, the traces, the headers and the logs:

| Lambda runtime | Node and AWS's client that were compared |
|---|---|
| nodejs22.x and older | ${compared.callback} |
| nodejs24.x and newer | ${compared.promise} |

How to read a result: \`OK\` and the payload, \`ERR\` with the error's type and message, \`STREAM\` with content type and
bytes; each line is one invocation of the same environment, and \`then\` tells how its process ended, if it did.
The handlers are in \`runners/conformance/cases\`.
${sections.map((section) => sectionTable(section, known)).join('\n')}
## Where AWS's published client is not what counts

| Case | Runtime | Reason |
|---|---|---|
${known.map(({ title, generation, reason }) => `| ${cell(title)} | ${RUNTIMES[generation]} | ${cell(reason)} |`).join('\n')}

## What cannot be equal

| What | Reason |
|---|---|
${unequal.map(({ what, reason }) => `| ${what} | ${reason} |`).join('\n')}
`;
}

const RUNTIMES: Readonly<Record<Generation, string>> = { callback: 'nodejs22.x', promise: 'nodejs24.x' };

function sectionTable({ title, cases }: Section, known: readonly KnownDifference[]): string {
  const rows = cases.map((one) => {
    const callback = resultCell(expectedLines(one, 'callback'));
    const promise = resultCell(expectedLines(one, 'promise'));
    const verdict = verdictOf(known.filter((difference) => difference.title === one.title));
    return `| ${cell(one.title)} | ${callback} | ${promise === callback ? 'the same' : promise} | ${verdict} |`;
  });
  return `
## ${title}

| Case | Node 22 | Node 24 | AWS's client |
|---|---|---|---|
${rows.join('\n')}
`;
}

function verdictOf(known: readonly KnownDifference[]): string {
  if (known.length === 0) return 'equal';
  return known
    .map(
      ({ kind, generation }) =>
        `${RUNTIMES[generation]}: ${kind === 'older' ? 'older' : 'varies, the answer is equal'}`,
    )
    .join('; ');
}

function resultCell(lines: readonly string[]): string {
  return lines.map((line) => code(cut(line))).join('<br>');
}

function cut(text: string): string {
  return text.length <= MAX_CELL_CHARACTERS ? text : `${text.slice(0, MAX_CELL_CHARACTERS)}...`;
}

/** Code within a cell of a table: a bar would end the cell, and line separators the line. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  return fence + cell(text) + fence;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\u2028', '\\u2028');
}
