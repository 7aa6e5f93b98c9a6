import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AuthorizationMode } from '../../appsync/event-api.ts';
import { type ChannelHandlers, compileHandlers } from '../../appsync/handlers/compile-handlers.ts';
import type { EventApiRegistry } from '../../appsync/registry.ts';
import { DeploymentError } from '../deployment-error.ts';
import { isJsonObject, type JsonValue, listOrEmpty, objectOrEmpty } from '../json.ts';
import { type ProvisionRequest, provisioned, type ResourceProvider } from '../resource-provider.ts';

interface EventApiOptions {
  readonly registry: EventApiRegistry;
  readonly region: string;
  readonly accountId: string;
}

const knownModes: readonly string[] = [
  'AWS_IAM',
  'API_KEY',
  'AMAZON_COGNITO_USER_POOLS',
  'OPENID_CONNECT',
  'AWS_LAMBDA',
] satisfies readonly AuthorizationMode[];

const isMode = (value: JsonValue | undefined): value is AuthorizationMode =>
  typeof value === 'string' && knownModes.includes(value);

/** A list of `{AuthType}`; `undefined` when the template has none, which is not the same as an empty one. */
const modes = (value: JsonValue | undefined): readonly AuthorizationMode[] | undefined =>
  value === undefined
    ? undefined
    : listOrEmpty(value)
        .map((mode) => objectOrEmpty(mode).AuthType)
        .filter(isMode);

const idAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The ids of APIs have 26 lower-case letters and digits. */
const newApiId = (): string => Array.from({ length: 26 }, () => idAlphabet[randomInt(idAlphabet.length)]).join('');

const requiredText = (request: ProvisionRequest, property: string): string => {
  const value = request.properties[property];
  if (typeof value === 'string' && value !== '') return value;
  throw new DeploymentError(`${request.stackName}: ${request.logicalId} has no ${property}. Give it one in the app.`);
};

/** `AWS::AppSync::Api`: starts a server of its own for each API; an update keeps it, its port and its connections. */
export const eventApiProvider = ({ registry, region, accountId }: EventApiOptions): ResourceProvider => ({
  provision: async (request) => {
    const config = request.properties.EventConfig;
    if (!isJsonObject(config)) {
      return { type: 'skipped', reason: 'only Event APIs are emulated, and this one has no EventConfig' };
    }
    for (const mode of modes(config.ConnectionAuthModes) ?? []) {
      if (mode !== 'AWS_IAM') request.leaveOut('AWS::AppSync::Api', `its authorization mode ${mode} is not emulated`);
    }
    const previousId = request.previous?.attributes.ApiId;
    const apiId = typeof previousId === 'string' ? previousId : newApiId();
    const arn = `arn:aws:appsync:${region}:${accountId}:apis/${apiId}`;
    const host = await registry.put({
      apiId,
      name: requiredText(request, 'Name'),
      arn,
      region,
      connectionModes: modes(config.ConnectionAuthModes) ?? [],
      defaultPublishModes: modes(config.DefaultPublishAuthModes) ?? [],
      defaultSubscribeModes: modes(config.DefaultSubscribeAuthModes) ?? [],
    });
    return provisioned(arn, { ApiId: apiId, ApiArn: arn, 'Dns.Http': host, 'Dns.Realtime': host });
  },
  remove: async (resource) => {
    const apiId = resource.attributes.ApiId;
    if (typeof apiId === 'string') await registry.remove(apiId);
  },
});

/** The code of a namespace, from the template or from a file of the app; `undefined` when it has none. */
const codeOf = (request: ProvisionRequest): string | undefined => {
  const { CodeHandlers, CodeS3Location } = request.properties;
  if (typeof CodeHandlers === 'string') return CodeHandlers;
  if (typeof CodeS3Location !== 'string') return undefined;
  const asset = request.assets.get(CodeS3Location.split('/').at(-1) ?? '');
  if (asset) return readFileSync(asset.file, 'utf8');
  throw new DeploymentError(
    `${request.stackName}: ${request.logicalId}: its code ${CodeS3Location} is in no asset manifest of the synthesized app. Synthesize the app again.`,
  );
};

/** @throws DeploymentError for code that AppSync would not take either. */
const handlersOf = (request: ProvisionRequest): ChannelHandlers | undefined => {
  const integrated = Object.entries(objectOrEmpty(request.properties.HandlerConfigs))
    .filter(([, config]) => objectOrEmpty(config).Integration !== undefined)
    .map(([name]) => name.replace('On', 'on'));
  for (const name of integrated) {
    request.leaveOut('AWS::AppSync::DataSource', `data sources are not emulated, and ${name} has one`);
  }
  const code = codeOf(request);
  if (code === undefined) return undefined;
  const compiled = compileHandlers(code);
  if (compiled.type === 'invalid') {
    const { stackName, logicalId } = request;
    throw new DeploymentError(`${stackName}: ${logicalId}: its code: ${compiled.problem}. Change it in the app.`);
  }
  const { names, factory } = compiled.handlers;
  return { factory, names: new Set([...names].filter((name) => !integrated.includes(name))) };
};

/** `AWS::AppSync::ChannelNamespace`, with its handlers. */
export const channelNamespaceProvider = ({ registry, region, accountId }: EventApiOptions): ResourceProvider => ({
  provision: async (request) => {
    const apiId = requiredText(request, 'ApiId');
    const name = requiredText(request, 'Name');
    const known = registry.putNamespace(apiId, {
      name,
      publishModes: modes(request.properties.PublishAuthModes),
      subscribeModes: modes(request.properties.SubscribeAuthModes),
      handlers: handlersOf(request),
    });
    if (!known) return { type: 'skipped', reason: `its API ${apiId} is not emulated` };
    const arn = `arn:aws:appsync:${region}:${accountId}:apis/${apiId}/channelNamespace/${name}`;
    return provisioned(arn, { ChannelNamespaceArn: arn });
  },
  remove: async (resource) => {
    const [, apiId, name] = /apis\/([^/]+)\/channelNamespace\/(.+)$/.exec(resource.physicalId) ?? [];
    if (apiId !== undefined && name !== undefined) registry.removeNamespace(apiId, name);
  },
});
