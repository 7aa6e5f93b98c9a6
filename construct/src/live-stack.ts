import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as appsync from 'aws-cdk-lib/aws-appsync';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';

/** Logical ids of the outputs, which the tunnel reads: pinned, so that no renaming of constructs changes them. */
export const API_OUTPUTS = {
  httpHost: 'LiveLambdaHttpHost',
  realtimeHost: 'LiveLambdaRealtimeHost',
  apiId: 'LiveLambdaApiId',
} as const;

/** What live-lambda adds to a stack with live functions lies under this construct id. */
const SCOPE_ID = 'LiveLambda';

/**
 * The longest name of an AppSync API.
 * {@link https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-appsync-api.html}
 */
const MAX_API_NAME_CHARACTERS = 50;

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
  readonly api: appsync.EventApi;
  /** What stubs publish to. */
  readonly toTunnel: appsync.ChannelNamespace;
  /** What stubs subscribe to. */
  readonly toStub: appsync.ChannelNamespace;
}

/** What live-lambda adds to the stacks of an app, made when it is first asked for. */
export interface LiveStacks {
  readonly apiFor: (construct: Construct) => LiveApi;
  readonly stubAssetFor: (construct: Construct) => Asset;
  /** Takes back everything that was added to the construct's outermost stack. */
  readonly remove: (construct: Construct) => void;
}

export function createLiveStacks(stubZip: string): LiveStacks {
  const scopes = new Map<Stack, Construct>();
  const apis = new Map<Stack, LiveApi>();
  const assets = new Map<Stack, Asset>();
  const scopeOf = (stack: Stack) => remember(scopes, stack, createScope);
  return {
    apiFor: (construct) => remember(apis, outermostStack(construct), (stack) => createApi(stack, scopeOf(stack))),
    stubAssetFor: (construct) =>
      remember(assets, Stack.of(construct), (stack) => new Asset(scopeOf(stack), 'Stub', { path: stubZip })),
    remove: (construct) => {
      const stack = outermostStack(construct);
      stack.node.tryRemoveChild(SCOPE_ID);
      for (const made of [scopes, apis, assets]) made.delete(stack);
    },
  };
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

function createApi(stack: Stack, scope: Construct): LiveApi {
  const api = new appsync.EventApi(scope, 'Api', {
    apiName: `live-lambda-${stack.stackName}`.slice(0, MAX_API_NAME_CHARACTERS),
    authorizationConfig: { authProviders: [{ authorizationType: appsync.AppSyncAuthorizationType.IAM }] },
  });
  const code = appsync.Code.fromInline(REFUSE_WILDCARDS);
  const values = { httpHost: api.httpDns, realtimeHost: api.realtimeDns, apiId: api.apiId };
  for (const [name, value] of Object.entries(values)) {
    const logicalId = API_OUTPUTS[name as keyof typeof values];
    new CfnOutput(scope, logicalId, { value }).overrideLogicalId(logicalId);
  }
  return {
    stack,
    api,
    toTunnel: api.addChannelNamespace('to-tunnel', { code }),
    toStub: api.addChannelNamespace('to-stub', { code }),
  };
}
