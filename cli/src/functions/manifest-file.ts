import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Manifest, manifestFileName, manifestVersion } from '@live-lambda/protocol/manifest';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';

/** A manifest and the folder that its paths are relative to. */
export interface LocatedManifest {
  readonly file: string;
  /** Absolute. */
  readonly root: string;
  readonly manifest: Manifest;
}

const synthHint = `Deploy the CDK app in live mode (\`${projectCommand('live-lambda deploy')}\`), or name the folder that its synth writes with --app.`;

/**
 * Reads the manifests of a cloud assembly and of the assemblies of stages within it.
 * @throws UserError when there is none, or one that this release cannot read.
 */
export async function readManifests(assemblyFolder: string): Promise<readonly LocatedManifest[]> {
  const folder = resolve(assemblyFolder);
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory()) throw new UserError(`There is no folder ${folder}.`, synthHint);
  const assembly = await stat(join(folder, 'manifest.json')).catch(() => undefined);
  if (!assembly) throw new UserError(`${folder} is not the output of a CDK app: it has no manifest.json.`, synthHint);
  const files = (await assemblyFolders(folder)).map((each) => join(each, manifestFileName));
  const located = await Promise.all(files.map(readManifest));
  const found = located.filter((each) => each !== undefined);
  if (found.length === 0) {
    throw new UserError(
      `${folder} has no ${manifestFileName}: this app was synthesized without live mode, or does not call LiveLambda.attach(app).`,
      synthHint,
    );
  }
  return found;
}

/** A stage's assembly is a folder `assembly-<Stage>` within that of its parent. */
export async function assemblyFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('assembly-'));
  const below = await Promise.all(nested.map((entry) => assemblyFolders(join(folder, entry.name))));
  return [folder, ...below.flat()];
}

async function readManifest(file: string): Promise<LocatedManifest | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError(`${file} cannot be read: ${error.message}`, synthHint, { cause: error });
  });
  if (text === undefined) return undefined;
  const manifest = await validate(parse(text, file), file);
  return { file, manifest, root: resolve(file, '..', manifest.root) };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${file} is not JSON: ${reason}`, 'It was cut off or edited: synthesize the app again.', {
      cause,
    });
  }
}

async function validate(value: unknown, file: string): Promise<Manifest> {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (version !== manifestVersion) {
    throw new UserError(
      `${file} has version ${JSON.stringify(version) ?? 'none'}, and this release of live-lambda reads version ${manifestVersion}.`,
      'Install the same release of live-lambda and live-lambda-cdk, and synthesize again.',
    );
  }
  const { checkManifest } = await import('./manifest-schema.ts');
  if (checkManifest(value)) return value;
  const first = checkManifest.errors?.[0];
  throw new UserError(
    `${file} is not a valid manifest: ${first?.instancePath || '/'} ${first?.message ?? 'is wrong'}.`,
    'It was edited, or made by another release of live-lambda-cdk: synthesize the app again.',
  );
}
