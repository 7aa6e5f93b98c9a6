import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { prepareBroken, prepareReady, type SpecOptions, specOf } from '../../fixtures/run-prepared.ts';
import { taskFolder } from '../../fixtures/task-folder.ts';
import type { Runner } from '../../runner.ts';
import { createGoRunner } from './go.ts';
import { createJavaRunner } from './java.ts';
import { createPythonRunner } from './python.ts';
import { createRustRunner } from './rust.ts';

/** Programs of a developer's machine that say what these scripts say. */
function install(programs: Readonly<Record<string, string>>, folder = taskFolder({})): string {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv('PATH', [folder, '/usr/bin', '/bin'].join(delimiter));
  return folder;
}

beforeEach(() => vi.stubEnv('JAVA_HOME', undefined));
afterEach(() => vi.unstubAllEnvs());

describe('Python', () => {
  const python = (given: Partial<SpecOptions> = {}) =>
    specOf({
      files: { 'src/orders.py': '', ...given.files },
      entry: 'src/orders.py',
      runtime: 'python3.13',
      handler: 'create',
      ...given,
    });
  const says = (version: string, fails = '') => `echo ${version}; echo /packages; ${fails}`;
  const withoutClient = says('3.13', `echo "ModuleNotFoundError: No module named 'awslambdaric'" >&2; exit 1`);

  it("is run by AWS's client on the Python of the runtime", async () => {
    install({ 'python3.13': says('3.13'), python3: says('3.9') });
    const fn = python();
    const { launch, notes, inputs } = await prepareReady(createPythonRunner(), fn);
    expect(launch).toMatchObject({
      command: 'python3.13',
      args: ['-m', 'awslambdaric', 'src/orders.create'],
      cwd: fn.root,
    });
    expect(notes).toBeUndefined();
    expect(inputs.folders).toEqual([{ path: fn.root, extensions: ['.py'], ignored: ['__pycache__', 'venv'] }]);
  });

  it('is run on another one where that is all there is, and says so', async () => {
    install({ 'python3.13': 'exit 127', python3: says('3.9') });
    const { launch, notes } = await prepareReady(createPythonRunner(), python());
    expect(launch.command).toBe('python3');
    expect(notes).toEqual(['Function Shop/CreateOrder: it runs on Python 3.9 (python3), and on 3.13 in Lambda.']);
  });

  it('is run in the virtual environment of the project', async () => {
    install({ 'python3.13': says('3.13') });
    const fn = python({ files: { 'src/orders.py': '', '.venv/bin/python': '' } });
    const { chmod, path } = { chmod: chmodSync, path: join(fn.root, '.venv/bin/python') };
    writeFileSync(path, `#!/bin/sh\n${says('3.13')}\n`);
    chmod(path, 0o755);
    expect((await prepareReady(createPythonRunner(), fn)).launch.command).toBe(path);
  });

  it('says how to install the client, and mends when it is there', async () => {
    const tools = install({ 'python3.13': withoutClient });
    const runner = createPythonRunner();
    const { root: project } = python({ files: { 'cdk.json': '{}', 'lambda/src/orders.py': '' } });
    const root = join(project, 'lambda');
    const fn = { ...python(), root, entry: join(root, 'src/orders.py') };
    const { reason, inputs } = await prepareBroken(runner, fn);
    expect(reason).toContain("cannot import awslambdaric, AWS's runtime client for Python (ModuleNotFoundError");
    expect(reason).toMatch(
      /Install it: python3\.13 -m venv \S*\.venv && \S*\.venv\/bin\/python -m pip install awslambdaric$/,
    );
    // Beside what is deployed, and not in it.
    const environment = join(project, '.venv/pyvenv.cfg');
    expect(inputs.files).toEqual([fn.entry, '/packages/awslambdaric/__init__.py', environment]);
    install({ 'python3.13': says('3.13') }, tools);
    expect((await runner.prepare(fn, { signal: new AbortController().signal })).state).toBe('ready');
  });

  it('is asked once whether it is good', async () => {
    const tools = install({ 'python3.13': says('3.13') });
    const runner = createPythonRunner();
    const fn = python();
    await prepareReady(runner, fn);
    install({ 'python3.13': 'exit 127', python3: 'exit 127' }, tools);
    await prepareReady(runner, fn);
  });

  it('says so where there is none at all', async () => {
    install({ 'python3.13': 'exit 127', python3: 'exit 127' });
    expect((await prepareBroken(createPythonRunner(), python())).reason).toMatch(
      /there is no Python here: python3\.13 and python3/,
    );
  });
});

describe('Go', () => {
  const files = { 'go.mod': 'module shop', 'cmd/orders/main.go': 'package main' };
  const compiler = `[ "$4" = -o ] && echo "#!$PWD" > "$5"`;

  it.each(['cmd/orders', 'cmd/orders/main.go'])('is built from %s and run as its own program', async (entry) => {
    install({ go: compiler });
    const fn = specOf({ files, entry, runtime: 'provided.al2023', moduleHandler: 'bootstrap' });
    const { launch, inputs } = await prepareReady(createGoRunner(), fn);
    expect(launch).toMatchObject({
      command: expect.stringMatching(/\.live-lambda\/.*\/bootstrap$/),
      args: [],
      cwd: fn.root,
    });
    expect(readFileSync(launch.command, 'utf8')).toBe(`#!${join(fn.root, 'cmd/orders')}\n`);
    expect(inputs).toMatchObject({
      files: entry.endsWith('.go') ? [fn.entry] : [],
      folders: [{ path: fn.root, extensions: expect.arrayContaining(['.go', '.mod']) }],
    });
  });

  it('is told with what the compiler says', async () => {
    install({ go: 'echo "./main.go:3:1: syntax error" >&2; exit 1' });
    const fn = specOf({ files, entry: 'cmd/orders', runtime: 'provided.al2023' });
    expect((await prepareBroken(createGoRunner(), fn)).reason).toMatch(
      /go build.*exit status 1\.\n\.\/main\.go:3:1: syntax error/,
    );
  });
});

describe('Rust', () => {
  const files = {
    'Cargo.toml': '',
    'src/main.rs': '',
    'src/bin/other.rs': '',
    'built/orders': 'the program',
    'built/other': 'another',
  };
  const artifact = (root: string, name: string, source: string) =>
    `echo '${JSON.stringify({ reason: 'compiler-artifact', target: { src_path: join(root, source) }, executable: join(root, name) })}'`;
  const library = `echo '{"reason":"compiler-artifact","target":{"src_path":"/x/lib.rs"},"executable":null}'; echo '{not json'`;

  it('is built by cargo, which names the program', async () => {
    const fn = specOf({ files, entry: '.', runtime: 'provided.al2023' });
    install({ cargo: `${library}; ${artifact(fn.root, 'built/orders', 'src/main.rs')}` });
    const { launch, inputs } = await prepareReady(createRustRunner(), fn);
    expect(readFileSync(launch.command, 'utf8')).toBe('the program');
    expect(inputs.folders).toMatchObject([{ path: fn.root, ignored: ['target'] }]);
  });

  it('is the program of its entry where there are several, and asks for it', async () => {
    const fn = specOf({ files, entry: 'src/bin/other.rs', runtime: 'provided.al2023' });
    install({
      cargo: `${artifact(fn.root, 'built/orders', 'src/main.rs')}; ${artifact(fn.root, 'built/other', 'src/bin/other.rs')}`,
    });
    const { launch } = await prepareReady(createRustRunner(), fn);
    expect(readFileSync(launch.command, 'utf8')).toBe('another');
    expect((await prepareBroken(createRustRunner(), { ...fn, entry: fn.root })).reason).toMatch(
      /main\.rs.*other\.rs.*Name the source of one/,
    );
  });

  it('is told with what the compiler says, without its messages for machines', async () => {
    install({ cargo: `${library}; echo 'error: expected ;' >&2; exit 101` });
    const { reason } = await prepareBroken(
      createRustRunner(),
      specOf({ files, entry: '.', runtime: 'provided.al2023' }),
    );
    expect(reason).toContain('error: expected ;');
    expect(reason).not.toContain('compiler-artifact');
  });
});

describe.runIf(process.platform === 'linux')('Java', () => {
  const client = 'aws-lambda-java-runtime-interface-client-2.9.0.jar';
  const tools = { java: `echo 'openjdk version "17.0.15" 2025-04-15' >&2`, jar: 'mkdir -p jni && echo native > "$3"' };
  const source = 'src/main/java/Orders.java';
  const java = (files: Readonly<Record<string, string>>, entry: string) =>
    specOf({ files, entry, runtime: 'java17', moduleHandler: 'example.Orders::handle' });

  it("is compiled by Maven and run by AWS's client, each function with a native library of its own", async () => {
    // Maven's two uses: the classpath of the project, and the client for it.
    const mvn = `case "$*" in
      *build-classpath*) for a; do case $a in -Dmdep.outputFile=*) printf /repo/core.jar > "\${a#*=}";; esac; done;;
      *copy-dependencies*) for a; do case $a in -DoutputDirectory=*) mkdir -p "\${a#*=}"; touch "\${a#*=}/${client}";; esac; done;;
    esac`;
    install({ ...tools, mvn });
    const fn = java({ 'pom.xml': '', [source]: '' }, source);
    const { launch, notes, inputs } = await prepareReady(createJavaRunner(), fn);
    const library = launch.args.find((arg) => arg.includes('NativeClient.JNI='))?.split('=')[1] ?? '';
    expect(library).toContain(join(fn.root, '.live-lambda'));
    expect(existsSync(library)).toBe(true);
    const classpath = launch.args[launch.args.indexOf('-cp') + 1]?.split(delimiter);
    expect(classpath).toEqual([join(fn.root, 'target/classes'), '/repo/core.jar', expect.stringContaining(client)]);
    expect(launch.args.at(-1)).toBe('example.Orders::handle');
    expect(notes).toBeUndefined();
    expect(inputs.folders).toMatchObject([{ path: fn.root, ignored: ['target'] }]);
  });

  it('is run as it is packaged where there is no project, and says what else it runs on', async () => {
    install({ ...tools, mvn: 'exit 1' });
    const fn = {
      ...java({ 'lib/core.jar': '', [`lib/${client}`]: '', 'example/Orders.class': '' }, '.'),
      runtime: 'java21',
    };
    const { launch, notes } = await prepareReady(createJavaRunner(), fn);
    expect(launch.args[launch.args.indexOf('-cp') + 1]?.split(delimiter).sort()).toEqual(
      [fn.root, join(fn.root, 'lib', client), join(fn.root, 'lib/core.jar')].sort(),
    );
    expect(notes).toEqual([expect.stringMatching(/runs on Java 17 .* and on 21 in Lambda/)]);
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, RegExp]>([
    ['a JDK', { java: 'exit 1' }, { 'a.jar': '' }, /java could not be run\. Install a JDK for java17/],
    [
      'the client and Maven',
      { ...tools, mvn: 'exit 1' },
      { 'a.jar': '' },
      /has no aws-lambda-java-runtime-interface-client.*Add com\.amazonaws/s,
    ],
    [
      'a good project',
      { ...tools, mvn: 'echo "[ERROR] Orders.java:[3,1] error"; exit 1' },
      { 'pom.xml': '' },
      /mvn .*\n\[ERROR\] Orders\.java:\[3,1\] error/,
    ],
  ])('says what to do without %s', async (_what, programs, files, reason) => {
    install(programs);
    expect((await prepareBroken(createJavaRunner(), java(files, Object.keys(files)[0] ?? ''))).reason).toMatch(reason);
  });
});

it('claims what each language deploys as', () => {
  const runners: readonly Runner[] = [createPythonRunner(), createGoRunner(), createRustRunner(), createJavaRunner()];
  const claimants = (runtime: string, entry: string, files: Readonly<Record<string, string>>) =>
    runners.filter((runner) => runner.claims(specOf({ files, entry, runtime }))).map(({ name }) => name);
  expect(claimants('python3.12', 'a.py', { 'a.py': '' })).toEqual(['python']);
  expect(claimants('java21', 'a.jar', { 'a.jar': '' })).toEqual(['java']);
  expect(claimants('provided.al2023', '.', { 'main.go': '' })).toEqual(['go']);
  expect(claimants('provided.al2', 'src/main.rs', { 'src/main.rs': '' })).toEqual(['rust']);
  expect(claimants('provided.al2023', '.', { 'Cargo.toml': '' })).toEqual(['rust']);
  expect(claimants('nodejs22.x', 'a.ts', { 'a.ts': '' })).toEqual([]);
});
