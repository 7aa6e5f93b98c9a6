import { existsSync } from 'node:fs';
import type { CodeSource, CodeStore } from '../../lambda/code-store.ts';
import { environmentProblem } from '../../lambda/environment-variables.ts';
import { defaultMemoryMb, defaultTimeoutSeconds, latestVersion } from '../../lambda/function-configuration.ts';
import type { LambdaService } from '../../lambda/lambda-service.ts';
import { DeploymentError } from '../deployment-error.ts';
import { type JsonObject, listOrEmpty, numberOrUndefined, objectOrEmpty, textMembers } from '../json.ts';
import { type ProvisionRequest, provisioned, type ResourceProvider, resourceName } from '../resource-provider.ts';

/** The longest name of a function or layer ("CreateFunction", "PublishLayerVersion" in the AWS Lambda API reference). */
const maxFunctionNameLength = 64;

/** The content of layers, by the ARN of a layer version. */
export type LayerStore = Map<string, CodeSource>;

export interface LambdaProviderOptions {
  readonly service: LambdaService;
  readonly code: CodeStore;
  readonly layers: LayerStore;
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
}

const place = ({ stackName, logicalId }: ProvisionRequest): string => `${stackName}: ${logicalId}`;

/** The file that CloudFormation writes inline code to. */
const inlineFileName = (runtime: string): string => (runtime.startsWith('python') ? 'index.py' : 'index.js');

const assetSource = (request: ProvisionRequest, objectKey: string): CodeSource => {
  const asset = request.assets.get(objectKey);
  if (!asset) {
    throw new DeploymentError(
      `${place(request)}: its code ${objectKey} is in no asset manifest of the synthesized app. Only code that the app itself carries can be deployed to the emulator; synthesize the app again if it should.`,
    );
  }
  if (!existsSync(asset.file)) {
    throw new DeploymentError(
      `${place(request)}: its code is missing: ${asset.file} does not exist. Synthesize the app again (cdk synth).`,
    );
  }
  return { type: asset.packaging === 'zip' ? 'folder' : 'zip-file', key: objectKey, file: asset.file };
};

const codeSource = (request: ProvisionRequest, code: JsonObject, runtime: string): CodeSource => {
  const { ZipFile, S3Key } = code;
  if (typeof ZipFile === 'string') return { type: 'inline', fileName: inlineFileName(runtime), text: ZipFile };
  if (typeof S3Key === 'string') return assetSource(request, S3Key);
  throw new DeploymentError(`${place(request)}: it has no code. Give the function an asset or inline code.`);
};

const unpacked = async <T>(request: ProvisionRequest, source: CodeSource, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const file = source.type === 'inline' ? 'the inline code' : source.file;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeploymentError(`${place(request)}: ${file} cannot be unpacked: ${reason}. Synthesize the app again.`, {
      cause: error,
    });
  }
};

const requiredText = (request: ProvisionRequest, property: string): string => {
  const value = request.properties[property];
  if (typeof value === 'string' && value !== '') return value;
  throw new DeploymentError(`${place(request)}: it has no ${property}. Give the function one in the app.`);
};

const variablesOf = (request: ProvisionRequest): Readonly<Record<string, string>> => {
  const variables = textMembers(objectOrEmpty(request.properties.Environment).Variables);
  const problem = environmentProblem(variables);
  if (problem !== undefined) throw new DeploymentError(`${place(request)}: ${problem}. Change them in the app.`);
  return variables;
};

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** `AWS::Lambda::Function`, but for container images. */
export const functionProvider = (options: LambdaProviderOptions): ResourceProvider => {
  const { service, code, layers, region, accountId } = options;
  return {
    provision: async (request) => {
      const { properties } = request;
      const source = objectOrEmpty(properties.Code);
      if (source.ImageUri !== undefined) return { type: 'skipped', reason: 'container images are not emulated' };
      const functionName = resourceName(request, {
        given: properties.FunctionName,
        maxLength: maxFunctionNameLength,
      });
      const functionArn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
      const runtime = requiredText(request, 'Runtime');
      const functionCode = codeSource(request, source, runtime);
      const stored = await unpacked(request, functionCode, code.functionCode(functionCode));
      const layerArns = listOrEmpty(properties.Layers).filter((arn) => typeof arn === 'string');
      for (const arn of layerArns.filter((arn) => !layers.has(arn))) {
        request.leaveOut('AWS::Lambda::LayerVersion', `the layer ${arn} is not part of the app`);
      }
      const layerSources = layerArns.map((arn) => layers.get(arn)).filter((layer) => layer !== undefined);
      const [firstLayer = functionCode] = layerSources;
      service.deploy({
        functionName,
        functionArn,
        version: latestVersion,
        description: text(properties.Description, ''),
        roleArn: requiredText(request, 'Role'),
        runtime,
        handler: requiredText(request, 'Handler'),
        timeoutSeconds: numberOrUndefined(properties.Timeout) ?? defaultTimeoutSeconds,
        memoryMb: numberOrUndefined(properties.MemorySize) ?? defaultMemoryMb,
        environment: variablesOf(request),
        architecture: text(listOrEmpty(properties.Architectures)[0], 'x86_64'),
        layerArns,
        logGroup: text(objectOrEmpty(properties.LoggingConfig).LogGroup, `/aws/lambda/${functionName}`),
        codeBytes: stored.bytes,
        codeSha256: stored.sha256,
        taskRoot: stored.folder,
        optRoot: await unpacked(request, firstLayer, code.layerFolder(layerSources)),
        lastModifiedMs: options.now(),
      });
      return provisioned(functionName, { Arn: functionArn });
    },
    remove: async (resource) => service.remove(resource.physicalId),
  };
};

/** `AWS::Lambda::LayerVersion`: a new version at each deployment that changes it. */
export const layerVersionProvider = ({ layers, region, accountId }: LambdaProviderOptions): ResourceProvider => ({
  provision: async (request) => {
    const { properties, previous } = request;
    const source = codeSource(request, objectOrEmpty(properties.Content), '');
    const [, previousName, previousVersion = '0'] = /:layer:(.+):(\d+)$/.exec(previous?.physicalId ?? '') ?? [];
    const name = resourceName(request, {
      given: properties.LayerName,
      previous: previousName,
      maxLength: maxFunctionNameLength,
    });
    const unchanged = previous && JSON.stringify(layers.get(previous.physicalId)) === JSON.stringify(source);
    const version = unchanged ? previousVersion : String(Number(previousVersion) + 1);
    const arn = `arn:aws:lambda:${region}:${accountId}:layer:${name}:${version}`;
    layers.set(arn, source);
    return provisioned(arn, { LayerVersionArn: arn });
  },
  remove: async (resource) => {
    layers.delete(resource.physicalId);
  },
});

/** A function's name from its name or ARN, with or without a version. */
const functionNameOf = (value: string): string => /:function:([^:]+)/.exec(value)?.[1] ?? value;

/** `AWS::Lambda::Version`: what is published stays as it is, so that an update changes nothing. */
export const versionProvider = ({ service, region, accountId }: LambdaProviderOptions): ResourceProvider => ({
  provision: async (request) => {
    if (request.previous) return { type: 'provisioned', resource: request.previous };
    const functionName = functionNameOf(requiredText(request, 'FunctionName'));
    const version = service.catalog.publish(functionName, text(request.properties.Description, ''));
    if (version === undefined) return { type: 'skipped', reason: `its function ${functionName} is not emulated` };
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}:${version}`;
    return provisioned(arn, { FunctionArn: arn, Version: version });
  },
  remove: async () => {},
});

/** `AWS::Lambda::Alias`. All of its traffic goes to one version. */
export const aliasProvider = ({ service, region, accountId }: LambdaProviderOptions): ResourceProvider => ({
  provision: async (request) => {
    const functionName = functionNameOf(requiredText(request, 'FunctionName'));
    const name = requiredText(request, 'Name');
    const known = service.catalog.putAlias(functionName, name, requiredText(request, 'FunctionVersion'));
    if (!known) return { type: 'skipped', reason: `its function ${functionName} is not emulated` };
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}:${name}`;
    return provisioned(arn, { AliasArn: arn });
  },
  remove: async () => {},
});
