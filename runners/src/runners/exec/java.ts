import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { deployedHandler } from '../../deployed-handler.ts';
import type { FunctionSpec, Runner } from '../../runner.ts';
import { folderOf, nearestFolderWith } from '../nearest-folder.ts';
import { buildFailure, type ExecTools, execRunner, type RunCommand, type Unavailable } from './exec-runner.ts';
import type { Command } from './program.ts';

const CLIENT = 'aws-lambda-java-runtime-interface-client';
const CLIENT_VERSION = '2.9.0';
const CLIENT_MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';

/** Where the client looks for its native library before it unpacks one to a path that all processes share. */
const NATIVE_LIBRARY_PROPERTY = 'com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI';

/** Only the first compiler, as in Lambda. Source: AWS Lambda Developer Guide, "Customize Java runtime startup behavior". */
const LAMBDA_FLAGS = ['-XX:+TieredCompilation', '-XX:TieredStopAtLevel=1'];

const RUNTIMES = /^java/;

/**
 * Runs Java functions by AWS's own client. A Maven project is compiled and its dependencies are found by Maven; without
 * one the root is taken as a deployment package: its classes, and the jars in it and in its `lib`.
 */
export function createJavaRunner(): Runner {
  return execRunner({
    name: 'java',
    claims: (fn) => RUNTIMES.test(fn.runtime),
    runtimes: RUNTIMES,
    run: prepareJava,
    watch: (fn) => [
      {
        path: projectOf(fn) ?? fn.root,
        extensions: ['.java', '.kt', '.xml', '.jar', '.properties'],
        ignored: ['target'],
      },
    ],
  });
}

async function prepareJava(fn: FunctionSpec, tools: ExecTools): Promise<RunCommand | Unavailable> {
  if (process.platform !== 'linux') {
    return {
      unavailable: `${CLIENT}, AWS's runtime client for Java, runs on Linux only. Run live-lambda in a Linux container or WSL.`,
    };
  }
  const java = process.env.JAVA_HOME === undefined ? 'java' : join(process.env.JAVA_HOME, 'bin', 'java');
  const version = await javaVersion(java, tools);
  if (version === undefined) return { unavailable: `${java} could not be run. Install a JDK for ${fn.runtime}.` };
  const own = await ownClasspath(fn, tools);
  if ('unavailable' in own) return own;
  const client = await clientClasspath(own.classpath, tools);
  if ('unavailable' in client) return client;
  const library = await nativeLibrary(client.classpath, tools);
  if ('unavailable' in library) return library;
  const wanted = /^java(\d+)/.exec(fn.runtime)?.[1];
  return {
    command: java,
    args: [
      ...LAMBDA_FLAGS,
      `-D${NATIVE_LIBRARY_PROPERTY}=${library.path}`,
      '-cp',
      [...new Set([...own.classpath, ...client.classpath])].join(delimiter),
      CLIENT_MAIN,
      deployedHandler(fn),
    ],
    ...(version === wanted ? {} : { notes: [`it runs on Java ${version} (${java}), and on ${wanted} in Lambda.`] }),
  };
}

interface Classpath {
  readonly classpath: readonly string[];
}

/** The major version, or undefined if it is not there. */
async function javaVersion(java: string, tools: ExecTools): Promise<string | undefined> {
  const { succeeded, output } = await tools.run({ command: java, args: ['-version'] });
  return succeeded ? /version "(?:1\.)?(\d+)/.exec(output.join('\n'))?.[1] : undefined;
}

function projectOf(fn: FunctionSpec): string | undefined {
  return nearestFolderWith(['pom.xml'], fn.entry);
}

async function ownClasspath(fn: FunctionSpec, tools: ExecTools): Promise<Classpath | Unavailable> {
  const project = projectOf(fn);
  const layers = (fn.layers ?? []).map((layer) => join(layer, 'java', 'lib'));
  const jars = (await Promise.all([...layers].map(jarsOf))).flat();
  if (project !== undefined) {
    const built = await mavenClasspath(project, tools);
    return 'unavailable' in built ? built : { classpath: [...built.classpath, ...jars] };
  }
  const packaged = fn.entry.endsWith('.jar') ? [fn.entry] : [fn.root, folderOf(fn.entry)];
  const own = await Promise.all([fn.root, join(fn.root, 'lib')].map(jarsOf));
  return { classpath: [...new Set([...packaged, ...own.flat(), ...jars])] };
}

async function mavenClasspath(project: string, tools: ExecTools): Promise<Classpath | Unavailable> {
  const file = join(await tools.outputFolder(), 'classpath.txt');
  const build: Command = {
    command: existsSync(join(project, 'mvnw')) ? join(project, 'mvnw') : 'mvn',
    args: ['-q', '-B', 'compile', 'dependency:build-classpath', '-DincludeScope=runtime', `-Dmdep.outputFile=${file}`],
    cwd: project,
  };
  const result = await tools.run(build);
  if (!result.succeeded) return { unavailable: buildFailure(build, result) };
  const dependencies = (await readFile(file, 'utf8')).trim().split(delimiter);
  return { classpath: [join(project, 'target', 'classes'), ...dependencies.filter((each) => each !== '')] };
}

/** AWS's client, which Lambda brings and projects do not have: the project's own, or one that Maven fetches. */
async function clientClasspath(own: readonly string[], tools: ExecTools): Promise<Classpath | Unavailable> {
  if (own.some(isClient)) return { classpath: own.filter(isClient) };
  const folder = join(await tools.outputFolder(), 'client');
  const jars = join(folder, 'lib');
  if (!existsSync(jars)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'pom.xml'), clientProject());
    const fetch: Command = {
      command: 'mvn',
      args: ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`],
      cwd: folder,
    };
    const { succeeded, end, output } = await tools.run(fetch);
    if (!succeeded) {
      return {
        unavailable: `its classpath has no ${CLIENT}, AWS's runtime client for Java, and Maven ${end}: ${output.at(-1) ?? ''}\nAdd com.amazonaws:${CLIENT}:${CLIENT_VERSION} to its dependencies, or put its jars into ${join(folder, 'lib')}.`,
      };
    }
  }
  return { classpath: await jarsOf(jars) };
}

function clientProject(): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>live-lambda</groupId>
  <artifactId>client</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>${CLIENT}</artifactId>
      <version>${CLIENT_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
}

/** The client's native library in a file of the function's own: processes that start at once do not overwrite it. */
async function nativeLibrary(
  classpath: readonly string[],
  tools: ExecTools,
): Promise<{ readonly path: string } | Unavailable> {
  const folder = await tools.outputFolder();
  const name = libraryName();
  const path = join(folder, 'jni', name);
  if (existsSync(path)) return { path };
  const jar = classpath.find(isClient) ?? '';
  const unpack: Command = { command: jarTool(), args: ['xf', jar, `jni/${name}`], cwd: folder };
  const { succeeded, end } = await tools.run(unpack);
  if (succeeded && existsSync(path)) return { path };
  return { unavailable: `${name} could not be unpacked from ${jar}: \`${unpack.command}\` ${end}. Install a JDK.` };
}

/** Part of a JDK, beside `java`. */
function jarTool(): string {
  return process.env.JAVA_HOME === undefined ? 'jar' : join(process.env.JAVA_HOME, 'bin', 'jar');
}

let knownLibraryName: string | undefined;

/** Which C library this system has only Node's report tells, which takes long to make. */
function libraryName(): string {
  if (knownLibraryName !== undefined) return knownLibraryName;
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  const system = header.glibcVersionRuntime === undefined ? 'linux_musl' : 'linux';
  knownLibraryName = `libaws-lambda-jni.${system}-${process.arch === 'arm64' ? 'aarch_64' : 'x86_64'}.so`;
  return knownLibraryName;
}

function isClient(path: string): boolean {
  return basename(path).startsWith(CLIENT);
}

async function jarsOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.jar')).map((name) => join(folder, name));
}
