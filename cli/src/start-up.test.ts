import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = import.meta.dirname;
const built = join(source, '..', 'dist');

interface BundledFile {
  /** Files of the bundle and modules outside of it that are loaded with this one, before it runs. */
  readonly imports: readonly string[];
  /** Packages of which it holds something. */
  readonly packages: readonly string[];
}

/** As the bundler told it: by file, relative to the bundle. */
const { outputs }: { readonly outputs: Readonly<Record<string, BundledFile>> } = JSON.parse(
  readFileSync(join(built, '.bundle.json'), 'utf8'),
);

const commands = readdirSync(join(source, 'commands'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(sep, '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => `commands/${file.replace(/\.ts$/, '.js')}`);

/** The chunk of a name; its hash changes with what is in it. */
function chunk(name: string): string {
  const [file, ...others] = Object.keys(outputs).filter((each) => new RegExp(`^chunks/${name}-.{8}\\.js$`).test(each));
  expect(others).toEqual([]);
  return file ?? `chunks/${name}`;
}

/** Files that are loaded together with some, these included. */
function loadedWith(files: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const each of outputs[file]?.imports ?? []) load(each);
  };
  for (const file of files) load(file);
  return loaded;
}

const packagesIn = (files: Iterable<string>) =>
  [...new Set([...files].flatMap((file) => outputs[file]?.packages ?? []))].sort();

/** What is found among the installed packages, and read file by file. */
const notBundled = (files: Iterable<string>) =>
  [...files].filter((file) => !(file in outputs) && !file.startsWith('node:'));

/** oclif is one file, with what it needs. */
const ofOclif = packagesIn([chunk('oclif')]);

describe('what is loaded before a command has looked at its arguments', () => {
  it.each([...commands, 'program.js', 'hooks/init.js'])('is little more than oclif with %s', (file) => {
    const loaded = loadedWith([file]);
    expect(Object.keys(outputs)).toContain(file);
    expect(packagesIn(loaded).filter((name) => !ofOclif.includes(name))).toEqual([]);
    expect(notBundled(loaded)).toEqual([]);
    const later = ['aws', 'manifest', 'protocol', 'runner', 'project', 'cloud', 'open-tunnel'].map(chunk);
    expect(later.filter((each) => loaded.has(each))).toEqual([]);
  });

  it('is the file itself with what a config imports of this package', () => {
    expect([...loadedWith(['index.js'])]).toEqual(['index.js']);
  });
});

describe('what is loaded before a tunnel is ready', () => {
  const parts = ['project', 'cloud', 'open-tunnel', 'manifest-schema'];
  const loaded = () => loadedWith([...parts.map(chunk), 'program.js', 'hooks/init.js', 'commands/tunnel.js']);

  it('has none of what functions are built and configs are read with', () => {
    expect(notBundled(loaded())).toEqual([]);
    for (const name of ['@babel/parser', 'diff', 'jsonc-parser', 'launch-editor'])
      expect(packagesIn(loaded())).not.toContain(name);
  });

  it('has the clients of AWS that it asks before, and no other', () => {
    const clients = packagesIn(loaded()).filter((name) => name.startsWith('@aws-sdk/client-'));
    expect(clients).toEqual(['@aws-sdk/client-cloudformation', '@aws-sdk/client-sts']);
  });

  it('has no compiler of JSON schemas, but what one has compiled', () => {
    expect(loaded()).toContain(chunk('manifest-schema'));
    expect(readFileSync(join(built, chunk('manifest-schema')), 'utf8')).not.toContain('new Ajv');
  });

  it('is few files', () => {
    expect(loaded().size).toBeLessThanOrEqual(20);
  });
});
