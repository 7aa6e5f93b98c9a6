import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseKeysFile } from '@live-lambda/protocol/identity';
import { describe, expect, it } from 'vitest';
import { addLaunchConfigurations, launchConfigurations, runConfiguration } from '../init/editor-files.ts';
import { blocksOf, type DocumentBlock, documents, documentText } from './document-blocks.ts';

const workspace = join(import.meta.dirname, '..', '..', '..');
const blocks = documents.flatMap(blocksOf);
const inLanguage = (...languages: readonly string[]) => blocks.filter(({ language }) => languages.includes(language));
const placeOf = ({ document, line }: DocumentBlock) => `${document}:${line}`;

/** `console` is a terminal, which is played; `sh` commands without what they print; `text` a drawing; `keys` a keys file. */
const languages = ['console', 'sh', 'text', 'keys', 'json', 'ts', 'xml'];

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
}

function scriptsOf(folder: string): Package['scripts'] {
  const { scripts }: Package = JSON.parse(readFileSync(join(workspace, folder, 'package.json'), 'utf8'));
  return scripts;
}

/** Folder of a package of the workspace, by its name. */
const workspaces: Readonly<Record<string, string>> = {
  'live-lambda': 'cli',
  'live-lambda-cdk': 'construct',
  '@live-lambda/emulator': 'emulator',
  '@live-lambda/protocol': 'protocol',
  '@live-lambda/runner': 'runners',
};
const packAll = `pack --pack-destination .. ${Object.keys(workspaces)
  .map((name) => `-w ${name}`)
  .toSorted()
  .join(' ')}`;

/** A command with its `-w NAME` in the order of the alphabet. */
function sortedFlags(words: readonly string[]): string {
  const names = words.filter((_, index) => words[index - 1] === '-w').toSorted();
  const others = words.filter((word, index) => word !== '-w' && words[index - 1] !== '-w');
  return [...others, ...names.map((name) => `-w ${name}`)].join(' ');
}

/** What is wrong with a line of commands; undefined where it can be run. Those of live-lambda itself are checked elsewhere. */
function lineFault(line: string): string | undefined {
  const [commands = ''] = line.split(/\s+#/);
  return commands.split(' && ').map(commandFault).find(Boolean);
}

function commandFault(command: string): string | undefined {
  const [program, ...words] = command.replace(/^(?:[A-Z_]+=\S+ +)+/, '').split(/ +/);
  if (program === 'npx') return /^(live-lambda|cdk|vitest|tsc)$/.test(words[0] ?? '') ? undefined : `npx ${words[0]}`;
  if (program === 'node' || program === '.ci/run') {
    const file = program === 'node' ? (words[0] ?? '') : program;
    return existsSync(join(workspace, file)) ? undefined : `there is no ${file}`;
  }
  if (program !== 'npm') return `nobody knows ${program}`;
  if (words[0] === 'test') return undefined;
  if (words[0] === 'install')
    return /^--save-dev(( live-lambda(-cdk)?)+| \.\.\/live-lambda-\*\.tgz)$/.test(words.slice(1).join(' '))
      ? undefined
      : command;
  if (words[0] === 'pack') return sortedFlags(words) === packAll ? undefined : command;
  const script = words.find((word, index) => index > 0 && !word.startsWith('-')) ?? '';
  const named = /(?: -w | --workspace )(\S+)/.exec(command)?.[1];
  const folder = named === undefined ? '.' : (workspaces[named] ?? named);
  return script in scriptsOf(folder) ? undefined : `${folder}/package.json has no script ${script}`;
}

describe('what stands in a frame in the documents', () => {
  it('says what it is', () => {
    const others = blocks.filter(({ language }) => !languages.includes(language));
    expect(others.map((block) => `${placeOf(block)}: ${block.language}`)).toEqual([]);
  });

  it('is a terminal where it shows what a program prints', () => {
    const printed = /^(\$ |\d\d:\d\d:\d\d )/m;
    const unplayed = blocks.filter(({ language, text }) => language !== 'console' && printed.test(text));
    expect(unplayed.map(placeOf)).toEqual([]);
  });

  it.each(documents)('are commands that are there, where %s lists commands', (document) => {
    const listed = inLanguage('sh').filter((block) => block.document === document);
    const lines = listed.flatMap(({ text }) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
    const faults = lines.map((line) => [line, lineFault(line)] as const).filter(([, fault]) => fault !== undefined);
    expect(faults).toEqual([]);
  });

  it('is JSON where it says so', () => {
    for (const { text } of inLanguage('json')) expect(JSON.parse(text)).toBeTypeOf('object');
  });

  it('is a keys file as the construct reads it', () => {
    const listed = inLanguage('keys').map(({ text }) => parseKeysFile(text));
    expect(listed).toEqual([
      [
        { fingerprint: expect.any(String), name: 'Ada Lovelace' },
        { fingerprint: expect.any(String), name: 'Bob' },
      ],
    ]);
  });

  it('is what init writes, where it is for an editor', () => {
    const ofDebugging = blocksOf('docs/debugging.md');
    const launch = ofDebugging.find(({ language }) => language === 'json')?.text ?? '';
    expect(JSON.parse(launch)).toEqual(JSON.parse(addLaunchConfigurations(undefined, launchConfigurations('')) ?? ''));
    expect(ofDebugging.find(({ language }) => language === 'xml')?.text).toBe(runConfiguration);
  });

  it('is read: a command that is not there is found', () => {
    expect(lineFault('npm run demoo      # the main job')).toContain('no script demoo');
    expect(lineFault('node construct/nowhere.mjs')).toContain('no construct/nowhere.mjs');
    expect(lineFault('npm run picture -w live-lambda')).toBeUndefined();
  });
});

describe('the drawings of the architecture', () => {
  const architecture = documentText('docs/architecture.md');

  it('name files and folders that are there', () => {
    const paths = [...architecture.matchAll(/`((?:protocol|runners|stub|construct|emulator|cli|sample-app)\/[^`]+)`/g)];
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(join(workspace, path)))).toEqual([]);
  });

  it('have messages that the protocol has', () => {
    const folder = join(workspace, 'protocol/proto/live_lambda/v1');
    const known = ['handshake.proto', 'message.proto']
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    const between = blocksOf('docs/architecture.md').flatMap(({ text }) => [
      ...text.matchAll(/│(?:── |◀─+ )([A-Z]\w+) ─+(?:▶)?│/g),
    ]);
    const named = new Set(between.map(([, name = '']) => name));
    expect([...named].sort()).toEqual(['Accepted', 'Attach', 'Hello', 'Invoke', 'Result', 'Welcome']);
    expect([...named].filter((name) => !known.includes(`message ${name} {`))).toEqual([]);
  });

  it('have the states of the code, in the document of the protocol', () => {
    const rows = documentText('docs/protocol.md').matchAll(/^\| [^|]+ \| ([a-z, ]+) \| `(\S+)` +\|$/gm);
    const states = [...rows].map(([, names = '', file = '']) => ({ file, names: names.trim().split(', ') }));
    expect(states.length).toBeGreaterThan(4);
    const missing = states.flatMap(({ file, names }) => {
      const source = readFileSync(join(workspace, file), 'utf8');
      return names.filter((name) => !source.includes(`'${name}'`)).map((name) => `${file}: ${name}`);
    });
    expect(missing).toEqual([]);
  });
});
