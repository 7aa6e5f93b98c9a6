import { createHash } from 'node:crypto';
import { CfnOutput, Stack, Token } from 'aws-cdk-lib';
import * as appsync from 'aws-cdk-lib/aws-appsync';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { createDeveloperPolicies, type DeveloperPolicies } from './developer-policy.ts';
import type { ChannelNamespaces, ExistingApi } from './existing-api.ts';

/** Logical ids of the outputs, which the tunnel reads: pinned, so that no renaming of constructs changes them. */
export const API_OUTPUTS = {
  httpHost: 'LiveLambdaHttpHost',
  realtimeHost: 'LiveLambdaRealtimeHost',
  apiId: 'LiveLambdaApiId',
} as const;

/** The namespaces of an API that is a stack's own. */
export const OWN_NAMESPACES: ChannelNamespaces = { toTunnel: 'to-tunnel', toStub: 'to-stub' };

/** What live-lambda adds to a stack with live functions lies under this construct id. */
const SCOPE_ID = 'LiveLambda';

/**
 * The longest name of an AppSync API.
 * {@link https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-appsync-api.html}
 */
const MAX_API_NAME_CHARACTERS = 50;

/** Of the hash that tells apart the stacks which share an API: with 4000 of them two meet once in 500 apps. */
const STACK_HASH_CHARACTERS = 8;

/**
 * Runs in AppSync when somebody subscribes, after IAM has let them. Policies stop at the namespace, so that a wildcard
 * would let one subscriber read the channels of all.
 * {@link https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespace-handlers.html}
 */
const REFUSE_WILDCARDS = `import { util } from '@aws-appsync/utils';

export function onSubscribe(ctx) {
  if (ctx.info.channel.path.includes('*')) {
    util.unauthorized();
  }
}
`;

/** The Events API over which the stubs of one stack, its nested stacks included, talk to the tunnel. */
export interface LiveApi {
  readonly stack: Stack;
  readonly apiId: string;
  readonly httpHost: string;
  readonly realtimeHost: string;
  readonly namespaces: ChannelNamespaces;
  /** ARN of the API. */
  readonly arn: string;
  /** ARN of what stubs publish to. */
  readonly toTunnelArn: string;
  /** ARN of what stubs subscribe to. */
  readonly toStubArn: string;
  readonly developers: DeveloperPolicies;
}

/** What live-lambda adds to the stacks of an app, made when it is first asked for. */
export interface LiveStacks {
  readonly apiFor: (construct: Construct) => LiveApi;
  readonly stubAssetFor: (construct: Construct) => Asset;
  /** The layer that brings the stub to functions which keep their code. */
  readonly stubLayerFor: (construct: Construct) => lambda.CfnLayerVersion;
  /** Takes back everything that was added to the construct's outermost stack. */
  readonly remove: (construct: Construct) => void;
}

export interface LiveStacksRequest {
  /** File of the stub's code. */
  readonly stubZip: string;
  /** An API to use in place of one for each stack. */
  readonly existingApi?: ExistingApi | undefined;
}

export function createLiveStacks({ stubZip, existingApi }: LiveStacksRequest): LiveStacks {
  const scopes = new Map<Stack, Construct>();
  const apis = new Map<Stack, LiveApi>();
  const assets = new Map<Stack, Asset>();
  const layers = new Map<Stack, lambda.CfnLayerVersion>();
  const scopeOf = (stack: Stack) => remember(scopes, stack, createScope);
  const createApi = (stack: Stack) => connect({ stack, scope: scopeOf(stack), existingApi });
  const stubAssetFor = (construct: Construct) =>
    remember(assets, Stack.of(construct), (stack) => new Asset(scopeOf(stack), 'Stub', { path: stubZip }));
  return {
    apiFor: (construct) => remember(apis, outermostStack(construct), createApi),
    stubAssetFor,
    stubLayerFor: (construct) =>
      remember(layers, Stack.of(construct), (stack) => createStubLayer(scopeOf(stack), stubAssetFor(construct))),
    remove: (construct) => {
      const stack = outermostStack(construct);
      const nested = [...scopes.keys()].filter((known) => outermostStack(known) === stack);
      for (const known of nested) {
        known.node.tryRemoveChild(SCOPE_ID);
        for (const made of [scopes, apis, assets, layers]) made.delete(known);
      }
    },
  };
}

/** The stub's zip has one folder, which lies in `/opt` then as it does in `/var/task` of a function that it replaces. */
function createStubLayer(scope: Construct, stub: Asset): lambda.CfnLayerVersion {
  return new lambda.CfnLayerVersion(scope, 'StubLayer', {
    description: "live-lambda: runs invocations on a developer's machine while a tunnel is there",
    content: { s3Bucket: stub.s3BucketName, s3Key: stub.s3ObjectKey },
  });
}

/** The stack itself, or for a nested stack the one that is deployed by its own name. */
export function outermostStack(construct: Construct): Stack {
  const stack = Stack.of(construct);
  return stack.nestedStackParent ? outermostStack(stack.nestedStackParent) : stack;
}

function remember<Value>(made: Map<Stack, Value>, stack: Stack, make: (stack: Stack) => Value): Value {
  const known = made.get(stack);
  if (known !== undefined) return known;
  const value = make(stack);
  made.set(stack, value);
  return value;
}

function createScope(stack: Stack): Construct {
  if (stack.node.tryFindChild(SCOPE_ID) === undefined) return new Construct(stack, SCOPE_ID);
  throw new Error(
    `live-lambda: the stack ${stack.node.path} has a construct named ${SCOPE_ID} of its own, ` +
      'which is the name that live-lambda needs. Rename that construct.',
  );
}

interface ApiRequest {
  readonly stack: Stack;
  readonly scope: Construct;
  readonly existingApi: ExistingApi | undefined;
}

function connect({ stack, scope, existingApi }: ApiRequest): LiveApi {
  const api = existingApi ? shareApi({ stack, scope, existingApi }) : createOwnApi(stack, scope);
  for (const [name, logicalId] of Object.entries(API_OUTPUTS)) {
    const value = api[name as keyof typeof API_OUTPUTS];
    new CfnOutput(scope, logicalId, { value }).overrideLogicalId(logicalId);
  }
  const { region, account } = existingApi ?? {};
  const arn = stack.formatArn({
    service: 'appsync',
    resource: 'apis',
    resourceName: api.apiId,
    ...(region !== undefined && { region }),
    ...(account !== undefined && { account }),
  });
  const arns = {
    arn,
    toTunnelArn: `${arn}/channelNamespace/${api.namespaces.toTunnel}`,
    toStubArn: `${arn}/channelNamespace/${api.namespaces.toStub}`,
  };
  const developers = createDeveloperPolicies({ scope, stack, apiArn: arn, ...arns });
  return { stack, ...api, ...arns, developers };
}

interface SharedApiRequest extends ApiRequest {
  readonly existingApi: ExistingApi;
}

type Endpoints = Pick<LiveApi, 'apiId' | 'httpHost' | 'realtimeHost' | 'namespaces'>;

function createOwnApi(stack: Stack, scope: Construct): Endpoints {
  const api = new appsync.EventApi(scope, 'Api', {
    apiName: `live-lambda-${stack.stackName}`.slice(0, MAX_API_NAME_CHARACTERS),
    authorizationConfig: { authProviders: [{ authorizationType: appsync.AppSyncAuthorizationType.IAM }] },
  });
  const code = appsync.Code.fromInline(REFUSE_WILDCARDS);
  for (const name of Object.values(OWN_NAMESPACES)) api.addChannelNamespace(name, { code });
  const { apiId, httpDns: httpHost, realtimeDns: realtimeHost } = api;
  return { apiId, httpHost, realtimeHost, namespaces: OWN_NAMESPACES };
}

function shareApi({ stack, scope, existingApi }: SharedApiRequest): Endpoints {
  const { apiId, httpHost, realtimeHost } = existingApi;
  if (existingApi.namespaces) return { apiId, httpHost, realtimeHost, namespaces: existingApi.namespaces };
  const prefix = hashOf(stack);
  const namespaces = {
    toTunnel: `${prefix}-${OWN_NAMESPACES.toTunnel}`,
    toStub: `${prefix}-${OWN_NAMESPACES.toStub}`,
  };
  for (const [id, name] of Object.entries(namespaces)) {
    new appsync.CfnChannelNamespace(scope, id, { apiId, name, codeHandlers: REFUSE_WILDCARDS });
  }
  return { apiId, httpHost, realtimeHost, namespaces };
}

/** Tells stacks apart that share an API. What is known only at deploy has other placeholders in every synth. */
function hashOf({ account, region, stackName }: Stack): string {
  const known = [account, region, stackName].map((value) => (Token.isUnresolved(value) ? '' : value));
  return createHash('sha256').update(known.join('/')).digest('hex').slice(0, STACK_HASH_CHARACTERS);
}
