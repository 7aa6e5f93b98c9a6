// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables like this
import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emulator } from '../emulator.ts';
import { createCloudAssembly } from '../fixtures/cloud-assembly.ts';
import { type RunningEmulator, runEmulator } from '../fixtures/running-emulator.ts';
import { roleResource, wrappedFunction, wrappedProgram } from '../fixtures/runtime-program.ts';

type Keys = Pick<Required<RunningEmulator['connection']>, 'credentials'>['credentials'];
type Statement = Readonly<Record<string, unknown>>;

const account = '111122223333';
const ordersArn = `arn:aws:lambda:us-east-1:${account}:function:orders`;
const managed = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
const document = (...Statement: readonly Statement[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | readonly string[], Resource: unknown = '*'): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
});

let cloud: RunningEmulator;

/** An app of a function `orders` that many may call, and one function for each of these roles. */
const appWith = (
  roles: Readonly<Record<string, object>>,
  more: Readonly<Record<string, object>> = {},
): Parameters<typeof runEmulator>[0] => {
  const rolesAndFunctions = Object.entries(roles).flatMap(([name, properties]) => {
    const Properties = { ...roleResource.Properties, RoleName: `${name}-role`, ...properties };
    const Role = { 'Fn::GetAtt': [`${name}Role`, 'Arn'] };
    return [
      [`${name}Role`, { Type: 'AWS::IAM::Role', Properties }],
      [name, wrappedFunction('code.zip', { FunctionName: name, Role, Timeout: 60 })],
    ] as const;
  });
  return {
    assets: { 'code.zip': wrappedProgram('zip') },
    resources: {
      Orders: wrappedFunction('code.zip', { FunctionName: 'orders', Timeout: 60 }),
      ...Object.fromEntries(rolesAndFunctions),
      ...more,
    },
  };
};

/** The credentials that the environment of a function has. */
const credentialsOf = async (functionName: string): Promise<Keys> => {
  const { payload } = await cloud.invoke(functionName, { facts: true });
  const { env } = JSON.parse(payload.toString());
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
};

const lambdaAs = (credentials: Keys) => new LambdaClient({ ...cloud.connection, credentials });
const stacksAs = (credentials: Keys) => new CloudFormationClient({ ...cloud.connection, credentials });
const callOrders = (credentials: Keys) => lambdaAs(credentials).send(new InvokeCommand({ FunctionName: 'orders' }));

const userWith = (outputName: string): Keys => {
  const arn = cloud.deployment.stacks[0]?.outputs[outputName] ?? '';
  return cloud.emulator.credentialsFor({ policyArns: [arn] });
};

const denial = (principal: string, action: string, resource: string): string =>
  `User: arn:aws:${principal} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

const invokeOrders = allow('lambda:InvokeFunction', { 'Fn::GetAtt': ['Orders', 'Arn'] });
const inline = (...statements: readonly Statement[]) => ({
  Policies: [{ PolicyName: 'inline', PolicyDocument: document(...statements) }],
});
const boundary = (...statements: readonly Statement[]) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { PolicyDocument: document(...statements) },
});

const roles = {
  nobody: {},
  inlined: inline(invokeOrders),
  forbidden: inline(invokeOrders, { ...invokeOrders, Effect: 'Deny' }),
  attached: {},
  bound: { ...inline(invokeOrders), PermissionsBoundary: { Ref: 'Boundary' } },
  managing: { ManagedPolicyArns: [{ Ref: 'CallOrders' }] },
  byAws: { ManagedPolicyArns: [managed('service-role/AWSLambdaRole'), managed('AWSXRayDaemonWriteAccess')] },
  unknown: { ManagedPolicyArns: [managed('AlexaForBusinessFullAccess')] },
};

const more = {
  // Named alike, as policies of different roles may be.
  AttachedPolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: 'default', Roles: ['attached-role'], PolicyDocument: document(invokeOrders) },
  },
  OtherPolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: 'default', Roles: ['nobody-role'], PolicyDocument: document(allow('s3:*')) },
  },
  Boundary: boundary(allow('sqs:*')),
  CallOrders: boundary(invokeOrders),
  Reader: boundary(
    allow('cloudformation:DescribeStacks', [
      { 'Fn::Sub': 'arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/?' },
    ]),
    allow('cloudformation:ListStackResources', { Ref: 'AWS::StackId' }),
    allow('lambda:GetFunctionConfiguration', { 'Fn::GetAtt': ['Orders', 'Arn'] }),
  ),
};

beforeAll(async () => {
  cloud = await runEmulator({
    ...appWith(roles, more),
    outputs: { Reader: { Value: { Ref: 'Reader' } }, CallOrders: { Value: { Ref: 'CallOrders' } } },
  });
});
afterAll(() => cloud[Symbol.asyncDispose]());

describe("a function's code", () => {
  it.each(['inlined', 'attached', 'managing', 'byAws'])(
    'may do what the policies of its role allow: %s',
    async (name) => {
      expect((await callOrders(await credentialsOf(name))).StatusCode).toBe(200);
    },
  );

  it.each(['nobody', 'unknown'])('may not do what they do not allow: %s', async (name) => {
    await expect(callOrders(await credentialsOf(name))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: denial(`sts::${account}:assumed-role/${name}-role/${name}`, 'lambda:InvokeFunction', ordersArn),
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('may not do what they deny, whatever they allow', async () => {
    await expect(callOrders(await credentialsOf('forbidden'))).rejects.toThrow(
      /on resource: \S+ with an explicit deny in an identity-based policy$/,
    );
  });

  it('may not do what its permissions boundary does not allow', async () => {
    await expect(callOrders(await credentialsOf('bound'))).rejects.toThrow(
      'because no permissions boundary allows the lambda:InvokeFunction action',
    );
  });

  it('needs a right on the very version or alias that it names, and to stream the one to invoke', async () => {
    const lambda = lambdaAs(await credentialsOf('inlined'));
    const qualified = new InvokeCommand({ FunctionName: 'orders', Qualifier: '$LATEST' });
    await expect(lambda.send(qualified)).rejects.toThrow(`on resource: ${ordersArn}:$LATEST because`);
    const asynchronous = new InvokeCommand({ FunctionName: ordersArn, InvocationType: 'Event' });
    expect((await lambda.send(asynchronous)).StatusCode).toBe(202);
    expect((await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: 'orders' }))).StatusCode).toBe(200);
    const other = new InvokeWithResponseStreamCommand({ FunctionName: 'nobody' });
    await expect(lambda.send(other)).rejects.toThrow('is not authorized to perform: lambda:InvokeFunction');
  });

  it('may always ask who it is', async () => {
    const sts = new STSClient({ ...cloud.connection, credentials: await credentialsOf('nobody') });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${account}:assumed-role/nobody-role/nobody`,
    });
  });

  it('is told apart from whoever runs the emulator, who hears of each denial', async () => {
    const before = cloud.events.length;
    await callOrders(await credentialsOf('nobody')).catch(() => undefined);
    expect(cloud.events.slice(before).filter(({ type }) => type === 'access-denied')).toEqual([
      {
        type: 'access-denied',
        principalArn: `arn:aws:sts::${account}:assumed-role/nobody-role/nobody`,
        action: 'lambda:InvokeFunction',
        resource: ordersArn,
        reason: 'because no identity-based policy allows the lambda:InvokeFunction action',
      },
    ]);
  });
});

describe('a user with policies of a stack', () => {
  it('may do what they allow and nothing else', async () => {
    const reader = userWith('Reader');
    const stacks = stacksAs(reader);
    const lambda = lambdaAs(reader);
    const described = await stacks.send(new DescribeStacksCommand({ StackName: 'Shop' }));
    const id = described.Stacks?.[0]?.StackId ?? '';
    expect((await stacks.send(new ListStackResourcesCommand({ StackName: id }))).StackResourceSummaries).toBeDefined();
    const configuration = new GetFunctionConfigurationCommand({ FunctionName: 'orders' });
    expect((await lambda.send(configuration)).FunctionArn).toBe(ordersArn);

    const byName = `arn:aws:cloudformation:us-east-1:${account}:stack/Shop/*`;
    for (const [call, name, action, resource] of [
      [() => stacks.send(new DescribeStacksCommand({})), 'AccessDenied', 'cloudformation:DescribeStacks', '*'],
      [
        () => stacks.send(new DescribeStacksCommand({ StackName: id })),
        'AccessDenied',
        'cloudformation:DescribeStacks',
        id,
      ],
      [
        () => stacks.send(new ListStackResourcesCommand({ StackName: 'Shop' })),
        'AccessDenied',
        'cloudformation:ListStackResources',
        byName,
      ],
      [
        () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'nobody' })),
        'AccessDeniedException',
        'lambda:GetFunctionConfiguration',
        ordersArn.replace('orders', 'nobody'),
      ],
      [
        () => lambda.send(new GetFunctionCommand({ FunctionName: 'orders' })),
        'AccessDeniedException',
        'lambda:GetFunction',
        ordersArn,
      ],
      [() => lambda.send(new ListFunctionsCommand({})), 'AccessDeniedException', 'lambda:ListFunctions', '*'],
      [() => callOrders(reader), 'AccessDeniedException', 'lambda:InvokeFunction', ordersArn],
    ] as const) {
      await expect(call()).rejects.toMatchObject({
        name,
        message: expect.stringMatching(/^User: arn:aws:iam::111122223333:user\/user-\d+ is not authorized/),
        $metadata: { httpStatusCode: 403 },
      });
      await expect(call()).rejects.toThrow(`to perform: ${action} on resource: ${resource} because`);
    }
  });

  it('does not learn whether something exists that they do not name', async () => {
    const reader = userWith('Reader');
    const invoke = new GetFunctionConfigurationCommand({ FunctionName: 'nothing' });
    await expect(lambdaAs(reader).send(invoke)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const describe = new DescribeStacksCommand({ StackName: 'Nothing' });
    await expect(stacksAs(reader).send(describe)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('is a new user each time, of policies that exist', () => {
    expect(userWith('Reader').accessKeyId).not.toBe(userWith('Reader').accessKeyId);
    const policyArns = ['arn:aws:iam::111122223333:policy/nothing'];
    expect(() => cloud.emulator.credentialsFor({ policyArns })).toThrow(
      'There is no managed policy arn:aws:iam::111122223333:policy/nothing. Deploy the stack that makes it',
    );
  });

  it('has the keys that somebody else made, where they are given', async () => {
    const credentials = { accessKeyId: 'AKIAMADEELSEWHERE', secretAccessKey: 'secret' };
    expect(cloud.emulator.credentialsFor({ policyArns: [], credentials })).toEqual(credentials);
    const { Arn } = await new STSClient({ ...cloud.connection, credentials }).send(new GetCallerIdentityCommand({}));
    expect(Arn).toMatch(/:user\/user-\d+$/);
  });

  it('may do what a later deployment makes of the policy, and nothing when it is gone', async () => {
    const caller = userWith('CallOrders');
    expect((await callOrders(caller)).StatusCode).toBe(200);
    const { CallOrders: _gone, ...rest } = more;
    const { managing: _managing, ...otherRoles } = roles;
    await cloud.redeploy(appWith(roles, { ...more, CallOrders: boundary(allow('sqs:*')) }));
    await expect(callOrders(caller)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await cloud.redeploy(appWith(roles, more));
    expect((await callOrders(caller)).StatusCode).toBe(200);
    await cloud.redeploy(appWith(otherRoles, rest));
    await expect(callOrders(caller)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await cloud.redeploy(appWith(roles, more));
  });
});

describe('a deployment', () => {
  it('tells of managed policies that nobody here knows, and of no others', () => {
    const unknown = cloud.deployment.stacks[0]?.skipped.filter(({ type }) => type === 'AWS::IAM::ManagedPolicy');
    expect(unknown).toEqual([
      {
        logicalId: 'unknownRole',
        type: 'AWS::IAM::ManagedPolicy',
        reason: `the policy ${managed('AlexaForBusinessFullAccess')} is not known here, and gives no rights`,
      },
    ]);
  });

  it.each<readonly [string, Readonly<Record<string, object>>]>([
    ['a role', { Bad: { Type: 'AWS::IAM::Role', Properties: inline({ ...allow('*'), Condition: { Soundex: {} } }) } }],
    [
      'an inline policy',
      {
        Bad: {
          Type: 'AWS::IAM::Policy',
          Properties: { PolicyName: 'bad', PolicyDocument: document({ ...allow('*'), Condition: { Soundex: {} } }) },
        },
      },
    ],
    ['a managed policy', { Bad: boundary({ ...allow('*'), Condition: { Soundex: {} } }) }],
  ])('fails for a condition in %s that cannot be decided', async (_case, resources) => {
    await using assembly = await createCloudAssembly({ stacks: { Shop: { template: { Resources: resources } } } });
    await using emulator = await Emulator.start();
    await expect(emulator.deploy(assembly.folder)).rejects.toThrow(
      'Shop: Bad: statement 1: the emulator cannot decide by the condition operator Soundex. Change the policy in the app.',
    );
  });
});
