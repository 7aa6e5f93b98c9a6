import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { blocksOf, documents } from './document-blocks.ts';

/** What a project has that takes TypeScript at its word, as `cdk init` and others make it. */
const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
};

/**
 * The blocks in TypeScript as files of the command line's package. Left out are CDK apps, since the types of aws-cdk-lib
 * take long to read: those of the construct's page are compiled with that library.
 */
const files = new Map(
  documents
    .filter((document) => document !== 'construct/README.md')
    .flatMap(blocksOf)
    .filter(({ language, text }) => language === 'ts' && !text.includes('aws-cdk-lib'))
    .map(({ document, line, mark = '', text }) => [
      join(dirname(import.meta.dirname), `${document.replaceAll('/', '-')}-${line}.mts`),
      // What stands in the comment above is there in the reader's own project.
      `${mark.replace(/^with: /, '')}\n${text}`,
    ]),
);

it('what documents show of TypeScript compiles', { timeout: 60_000 }, () => {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const text = files.get(file);
    return text === undefined ? getSourceFile(file, language, ...rest) : ts.createSourceFile(file, text, language);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  expect(files.size).toBeGreaterThan(4);
  expect(faults).toEqual([]);
});
