import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, it } from 'vitest';
import { bin } from '../prepare.mjs';
import type { PackedPackage } from './pack.ts';

const workspace = join(import.meta.dirname, '../..');
/** Part of a package in the workspace, and of no use to who installs it. */
const internal = ['protocol/src/compatibility', 'protocol/src/fuzz'];

/** What the compiler makes of a package's sources, tests and their fixtures left out. */
function compiledOf({ folder }: PackedPackage): readonly string[] {
  return readdirSync(join(workspace, folder, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !/\.(?:test|d)\.ts$|(?:^|\/)fixtures\//.test(file))
    .filter((file) => !internal.some((part) => `${folder}/src/${file}`.startsWith(`${part}/`)))
    .flatMap((file) => ['.js', '.d.ts'].map((ending) => `dist/${file.replace(/\.ts$/, ending)}`));
}

/** Of the bundle of a package its files, and of what is compiled the types that its export mentions. */
function bundledOf({ folder }: PackedPackage): readonly string[] {
  const record = readFileSync(join(workspace, folder, 'dist', '.bundle.json'), 'utf8');
  const code = Object.keys(JSON.parse(record).outputs).map((file) => `dist/${file}`);
  return [...code, ...typesOf(folder, 'dist/index.d.ts')];
}

function typesOf(folder: string, file: string): readonly string[] {
  const text = readFileSync(join(workspace, folder, file), 'utf8');
  const mentioned = [...text.matchAll(/from '(\.[^']+)\.ts'/g)].map(([, path = '']) =>
    posix.join(posix.dirname(file), path),
  );
  return [...new Set([file, ...mentioned.flatMap((path) => typesOf(folder, `${path}.d.ts`))])];
}

/** A chunk's name changes with what is in it; one that an earlier build left is there twice. */
const withoutHash = (file: string) => file.replace(/^(dist\/chunks\/.*)-.{8}\.js$/, '$1.js');

/** What each package carries besides what is compiled, its description, README and license. */
const carried: Readonly<Record<string, readonly string[]>> = {
  '@live-lambda/protocol': [
    'generated/live-lambda-session-v1.d.ts',
    'generated/live-lambda-session-v1.js',
    'generated/live-lambda-v1.d.ts',
    'generated/live-lambda-v1.js',
    'manifest/v1.schema.json',
    'proto/live_lambda/v1/frame.proto',
    'proto/live_lambda/v1/handshake.proto',
    'proto/live_lambda/v1/message.proto',
    'proto/live_lambda/v1/session.proto',
  ],
  'live-lambda': ['THIRD-PARTY-NOTICES', 'bin/run.js', 'config.schema.json', 'oclif.manifest.json'],
  'live-lambda-cdk': ['.jsii', '.jsii.gz', 'API.md', 'assets/stub.zip', 'schema/manifest-v1.schema.json'],
};

describe.each(inject('packed'))('$name', (packed) => {
  it('packs what its sources are compiled to or bundled into, a license, a README, and no more', () => {
    const described = ['LICENSE', 'README.md', 'package.json'];
    const made = packed.name === 'live-lambda' ? bundledOf(packed) : compiledOf(packed);
    const wanted = [...made, ...(carried[packed.name] ?? []), ...described];
    expect(packed.files.map(withoutHash).sort()).toEqual(wanted.map(withoutHash).sort());
  });

  it('is no larger than its limits in published-packages.ts', () => {
    expect(packed.packedBytes).toBeLessThanOrEqual(packed.maxPackedBytes);
    expect(packed.unpackedBytes).toBeLessThanOrEqual(packed.maxUnpackedBytes);
  });

  it('is described so that bundlers and Node find what it says (publint)', async () => {
    const { buffer, byteOffset, byteLength } = await readFile(packed.tarball);
    const tarball = buffer.slice(byteOffset, byteOffset + byteLength);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('has types that compilers find where its code is (are the types wrong?)', async () => {
    const profile = packed.modules === 'esm' ? 'esm-only' : 'node16';
    const args = [packed.tarball, '--profile', profile, '--format', 'ascii', '--no-color', '--no-emoji'];
    const shell = process.platform === 'win32';
    const { code, stdout } = await promisify(execFile)(bin('attw'), args, { shell }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }) => ({ code, stdout }),
    );
    expect({ code, problems: code === 0 ? '' : stdout }).toEqual({ code: 0, problems: '' });
    expect(stdout).toContain('bundler: OK');
  });
});
