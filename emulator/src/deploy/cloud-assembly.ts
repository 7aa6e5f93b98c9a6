import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DeploymentError } from './deployment-error.ts';
import { isJsonObject, type JsonObject, type JsonValue, listOrEmpty, objectOrEmpty } from './json.ts';

/** A file or folder that a deployment would upload. */
export interface Asset {
  /** Absolute. */
  readonly file: string;
  /** `zip`: a folder that is uploaded as a zip file. `file`: uploaded as it is. */
  readonly packaging: 'zip' | 'file';
}

/** One stack of a synthesized app. */
export interface StackArtifact {
  readonly stackName: string;
  /** Absolute. */
  readonly templateFile: string;
  /** `undefined` when the app left it open. */
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  /** By the name of the object that it would become in the bucket of the bootstrap stack. */
  readonly assets: ReadonlyMap<string, Asset>;
}

const manifestName = 'manifest.json';

const readJson = (file: string, nextStep: string): JsonObject => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new DeploymentError(`${file} cannot be read. ${nextStep}`, { cause: error });
  }
  try {
    const value: JsonValue = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new DeploymentError(`${file} is not valid JSON. ${nextStep}`, { cause: error });
  }
  throw new DeploymentError(`${file} does not hold a JSON object. ${nextStep}`);
};

const synthesizeAgain = 'Synthesize the app again (cdk synth).';

const readAssets = (folder: string, artifacts: JsonObject): ReadonlyMap<string, Asset> => {
  const assets = new Map<string, Asset>();
  for (const artifact of Object.values(artifacts).map(objectOrEmpty)) {
    const file = objectOrEmpty(artifact.properties).file;
    if (artifact.type !== 'cdk:asset-manifest' || typeof file !== 'string') continue;
    const files = objectOrEmpty(readJson(path.join(folder, file), synthesizeAgain).files);
    for (const entry of Object.values(files).map(objectOrEmpty)) {
      const source = objectOrEmpty(entry.source);
      if (typeof source.path !== 'string') continue;
      const packaging = source.packaging === 'zip' ? 'zip' : 'file';
      for (const destination of Object.values(objectOrEmpty(entry.destinations)).map(objectOrEmpty)) {
        const key = destination.objectKey;
        if (typeof key === 'string') assets.set(key, { file: path.resolve(folder, source.path), packaging });
      }
    }
  }
  return assets;
};

/** `aws://ACCOUNT/REGION`, where what the app left open is `unknown-account` and `unknown-region`. */
const parseEnvironment = (value: JsonValue | undefined): Pick<StackArtifact, 'accountId' | 'region'> => {
  const [, accountId, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return {
    accountId: accountId === 'unknown-account' ? undefined : accountId,
    region: region === 'unknown-region' ? undefined : region,
  };
};

interface FolderContext {
  readonly folder: string;
  readonly assets: ReadonlyMap<string, Asset>;
}

const readStack = (artifactId: string, artifact: JsonObject, context: FolderContext): StackArtifact => {
  const properties = objectOrEmpty(artifact.properties);
  const { templateFile, stackName } = properties;
  if (typeof templateFile !== 'string') {
    throw new DeploymentError(
      `${path.join(context.folder, manifestName)}: stack ${artifactId} names no templateFile. ${synthesizeAgain}`,
    );
  }
  return {
    stackName: typeof stackName === 'string' ? stackName : artifactId,
    templateFile: path.resolve(context.folder, templateFile),
    ...parseEnvironment(artifact.environment),
    assets: context.assets,
  };
};

/** The ids of artifacts, each after those that it depends on. */
const artifactOrder = (artifacts: JsonObject): readonly string[] => {
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (ordered.has(id) || path.includes(id) || !(id in artifacts)) return;
    for (const needed of listOrEmpty(objectOrEmpty(artifacts[id]).dependencies)) {
      if (typeof needed === 'string') visit(needed, [...path, id]);
    }
    ordered.add(id);
  };
  for (const id of Object.keys(artifacts)) visit(id, []);
  return [...ordered];
};

/**
 * The stacks of a synthesized app, those of its stages too, in the order in which they deploy.
 * @throws DeploymentError when the folder is not a cloud assembly, or not a whole one.
 */
export const readCloudAssembly = (folder: string): readonly StackArtifact[] => {
  const manifestFile = path.join(folder, manifestName);
  if (!existsSync(manifestFile)) {
    throw new DeploymentError(
      `${folder} is not a synthesized CDK app: it has no ${manifestName}. Run cdk synth first, then name its output folder (cdk.out).`,
    );
  }
  const artifacts = objectOrEmpty(readJson(manifestFile, synthesizeAgain).artifacts);
  const context = { folder, assets: readAssets(folder, artifacts) };
  return artifactOrder(artifacts).flatMap((id) => {
    const artifact = objectOrEmpty(artifacts[id]);
    if (artifact.type === 'aws:cloudformation:stack') return [readStack(id, artifact, context)];
    if (artifact.type !== 'cdk:cloud-assembly') return [];
    const directory = objectOrEmpty(artifact.properties).directoryName;
    return typeof directory === 'string' ? readCloudAssembly(path.resolve(folder, directory)) : [];
  });
};
