// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables like this
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../emulator.ts';
import type { EmulatorEvent } from '../events.ts';
import { type CloudAssemblyFixture, createCloudAssembly, type FixtureContent } from '../fixtures/cloud-assembly.ts';
import { roleResource, wrappedFunction, wrappedProgram } from '../fixtures/runtime-program.ts';

let emulator: Emulator;
let assembly: CloudAssemblyFixture | undefined;
const assemblies: CloudAssemblyFixture[] = [];
let events: EmulatorEvent[];

beforeEach(async () => {
  events = [];
  emulator = await Emulator.start({ onEvent: (event) => events.push(event) });
});
afterEach(async () => {
  await emulator.close();
  for (const written of assemblies.splice(0)) await written[Symbol.asyncDispose]();
});

const write = async (content: FixtureContent): Promise<string> => {
  assembly = await createCloudAssembly(content);
  assemblies.push(assembly);
  return assembly.folder;
};
const deploy = async (content: FixtureContent) => emulator.deploy(await write(content));

const connection = () => ({
  region: emulator.region,
  endpoint: emulator.endpoint,
  credentials: emulator.developerCredentials,
  maxAttempts: 1,
});

const assets = { 'code.zip': wrappedProgram('zip') };
const apiResources = {
  Api: {
    Type: 'AWS::AppSync::Api',
    Properties: { Name: 'live', EventConfig: { ConnectionAuthModes: [{ AuthType: 'AWS_IAM' }] } },
  },
  Namespace: {
    Type: 'AWS::AppSync::ChannelNamespace',
    Properties: { ApiId: { 'Fn::GetAtt': ['Api', 'ApiId'] }, Name: 'to-stub' },
  },
};

describe('a deployment', () => {
  it('orders resources, resolves what they say of each other, and shows it as CloudFormation does', async () => {
    const { stacks } = await deploy({
      assets,
      stacks: {
        Shop: {
          template: {
            Resources: {
              Orders: wrappedFunction(
                'code.zip',
                {},
                {
                  HOST: { 'Fn::GetAtt': ['Api', 'Dns.Http'] },
                  ARN: { 'Fn::Sub': '${Api.ApiArn}/channelNamespace/x' },
                },
              ),
              ...apiResources,
              Role: roleResource,
              Metadata: { Type: 'AWS::CDK::Metadata', Properties: {} },
            },
            Outputs: {
              Host: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Realtime'] } },
              Orders: { Value: { Ref: 'Orders' } },
            },
          },
        },
      },
    });
    const [shop] = stacks;
    const name = shop?.outputs.Orders ?? '';
    expect(name).toMatch(/^Shop-Orders-[A-Z0-9]{12}$/);
    expect(shop).toMatchObject({ name: 'Shop', functions: [{ logicalId: 'Orders', name }], skipped: [] });
    expect(shop?.outputs.Host).toMatch(/^127\.0\.0\.1:\d+$/);

    const configuration = await new LambdaClient(connection()).send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    expect(configuration).toMatchObject({
      FunctionName: name,
      Role: expect.stringMatching(/^arn:aws:iam::111122223333:role\/Shop-Role-/),
      Environment: {
        Variables: {
          HOST: shop?.outputs.Host,
          ARN: expect.stringMatching(/:apis\/[a-z0-9]{26}\/channelNamespace\/x$/),
        },
      },
    });

    const client = new CloudFormationClient(connection());
    const described = await client.send(new DescribeStacksCommand({ StackName: 'Shop' }));
    expect(described.Stacks?.[0]).toMatchObject({
      StackName: 'Shop',
      StackId: shop?.stackId,
      StackStatus: 'CREATE_COMPLETE',
      Outputs: [
        { OutputKey: 'Host', OutputValue: shop?.outputs.Host },
        { OutputKey: 'Orders', OutputValue: name },
      ],
    });
    const listed = await client.send(new ListStackResourcesCommand({ StackName: shop?.stackId }));
    expect(listed.NextToken).toBeUndefined();
    expect(listed.StackResourceSummaries).toContainEqual(
      expect.objectContaining({
        LogicalResourceId: 'Orders',
        PhysicalResourceId: name,
        ResourceType: 'AWS::Lambda::Function',
        ResourceStatus: 'CREATE_COMPLETE',
      }),
    );
  });

  it('says of a stack that it does not have what CloudFormation says', async () => {
    const client = new CloudFormationClient(connection());
    for (const command of [
      new DescribeStacksCommand({ StackName: 'No' }),
      new ListStackResourcesCommand({ StackName: 'No' }),
    ]) {
      await expect(client.send(command as DescribeStacksCommand)).rejects.toMatchObject({
        name: 'ValidationError',
        message: 'Stack with id No does not exist',
      });
    }
  });

  it('names what it skips, and what stands in for it', async () => {
    const { stacks } = await deploy({
      stacks: {
        Shop: {
          template: {
            Resources: {
              Queue: { Type: 'AWS::SQS::Queue', Properties: { Unknown: { 'Fn::Nothing': 1 } } },
              Role: roleResource,
            },
            Outputs: { Url: { Value: { Ref: 'Queue' } }, Arn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
          },
        },
      },
    });
    const reason = 'this type of resource is not emulated';
    expect(stacks[0]?.skipped).toEqual([{ logicalId: 'Queue', type: 'AWS::SQS::Queue', reason }]);
    expect(stacks[0]?.outputs).toEqual({ Url: 'Shop-Queue', Arn: 'arn:aws:sqs:us-east-1:111122223333:Shop-Queue' });
    expect(events).toEqual([
      { type: 'resource-skipped', stackName: 'Shop', logicalId: 'Queue', resourceType: 'AWS::SQS::Queue', reason },
      { type: 'placeholder-used', stackName: 'Shop', logicalId: 'Queue', attribute: 'Ref', value: 'Shop-Queue' },
      expect.objectContaining({ type: 'placeholder-used', attribute: 'Arn' }),
    ]);
  });

  it('names layers that are not part of the app', async () => {
    const arn = 'arn:aws:lambda:us-east-1:999999999999:layer:insights:1';
    const { stacks } = await deploy({
      assets,
      stacks: {
        Shop: {
          template: { Resources: { Role: roleResource, Orders: wrappedFunction('code.zip', { Layers: [arn] }) } },
        },
      },
    });
    expect(stacks[0]?.skipped).toMatchObject([
      { logicalId: 'Orders', reason: `the layer ${arn} is not part of the app` },
    ]);
  });

  it('leaves out what a condition excludes', async () => {
    const { stacks } = await deploy({
      stacks: {
        Shop: {
          template: {
            Parameters: { Stage: { Type: 'String', Default: 'test' } },
            Conditions: {
              Production: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
              Other: { 'Fn::Not': [{ Condition: 'Production' }] },
            },
            Resources: {
              Excluded: { ...roleResource, Condition: 'Production' },
              Included: { ...roleResource, Condition: 'Other' },
            },
            Outputs: {
              Excluded: { Value: { Ref: 'Excluded' }, Condition: 'Production' },
              Included: { Value: { 'Fn::If': ['Production', { Ref: 'Excluded' }, { Ref: 'Included' }] } },
            },
          },
        },
      },
    });
    expect(stacks[0]?.outputs).toEqual({ Included: expect.stringMatching(/^Shop-Included-/) });
    const client = new CloudFormationClient(connection());
    const listed = await client.send(new ListStackResourcesCommand({ StackName: 'Shop' }));
    expect(listed.StackResourceSummaries?.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Included']);
  });

  it('deploys a stack after the one that it imports from', async () => {
    const { stacks } = await deploy({
      stacks: {
        Reader: {
          template: { Resources: {}, Outputs: { Read: { Value: { 'Fn::ImportValue': 'shared' } } } },
          dependencies: ['Writer'],
        },
        Writer: { template: { Resources: {}, Outputs: { Out: { Value: 'value', Export: { Name: 'shared' } } } } },
      },
    });
    expect(stacks.map(({ name, outputs }) => [name, outputs])).toEqual([
      ['Writer', { Out: 'value' }],
      ['Reader', { Read: 'value' }],
    ]);
  });

  it('deploys a nested stack with its parameters and outputs', async () => {
    const nested = {
      Parameters: { Name: { Type: 'String' } },
      Resources: { Role: roleResource },
      Outputs: { Told: { Value: { Ref: 'Name' } } },
    };
    const { stacks } = await deploy({
      assets: { 'nested.json': { kind: 'file', files: { 'nested.json': { text: JSON.stringify(nested) } } } },
      stacks: {
        Shop: {
          template: {
            Resources: {
              Inner: {
                Type: 'AWS::CloudFormation::Stack',
                Properties: {
                  TemplateURL: { 'Fn::Sub': 'https://s3.${AWS::Region}.${AWS::URLSuffix}/assets/nested.json' },
                  Parameters: { Name: { Ref: 'AWS::StackName' } },
                },
              },
            },
            Outputs: { Heard: { Value: { 'Fn::GetAtt': ['Inner', 'Outputs.Told'] } } },
          },
        },
      },
    });
    expect(stacks.map(({ name }) => name)).toEqual([expect.stringMatching(/^Shop-Inner-/), 'Shop']);
    expect(stacks[1]?.outputs).toEqual({ Heard: 'Shop' });
  });
});

describe('a second deployment', () => {
  const stack = (resources: object) => ({ Shop: { template: { Resources: resources } } });

  it('keeps names and ports, updates what changed, and removes what is gone', async () => {
    const before = {
      ...apiResources,
      Role: roleResource,
      Orders: wrappedFunction('code.zip'),
      Old: wrappedFunction('code.zip'),
    };
    const first = await deploy({ assets, stacks: stack(before) });
    const client = new CloudFormationClient(connection());
    const list = async () => {
      const listed = await client.send(new ListStackResourcesCommand({ StackName: 'Shop' }));
      return Object.fromEntries(
        (listed.StackResourceSummaries ?? []).map((r) => [r.LogicalResourceId, r.PhysicalResourceId]),
      );
    };
    const firstNames = await list();
    const after = { ...apiResources, Role: roleResource, Orders: wrappedFunction('code.zip', { MemorySize: 512 }) };
    await assembly?.write({ assets, stacks: stack(after) });
    const second = await emulator.deploy(assembly?.folder ?? '');

    const { Old: oldName = '', ...kept } = firstNames;
    expect(await list()).toEqual(kept);
    expect(second.stacks[0]?.stackId).toBe(first.stacks[0]?.stackId);
    const lambda = new LambdaClient(connection());
    const orders = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: firstNames.Orders }));
    expect(orders.MemorySize).toBe(512);
    await expect(lambda.send(new GetFunctionConfigurationCommand({ FunctionName: oldName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const described = await client.send(new DescribeStacksCommand({ StackName: 'Shop' }));
    expect(described.Stacks?.[0]?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('closes an Events API that is gone, and takes a nested stack away with what is in it', async () => {
    const inner = { Resources: { Role: roleResource, Orders: wrappedFunction('code.zip') } };
    const nested = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: { 'Fn::Sub': 'https://s3.${AWS::Region}.${AWS::URLSuffix}/assets/nested.json' } },
    };
    const content = (resources: object, outputs: object = {}): FixtureContent => ({
      assets: {
        ...assets,
        'nested.json': { kind: 'file', files: { 'nested.json': { text: JSON.stringify(inner) } } },
      },
      stacks: { Shop: { template: { Resources: resources, Outputs: outputs } } },
    });
    const host = { Host: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Http'] } } };
    const { stacks } = await deploy(content({ Role: roleResource, Inner: nested, ...apiResources }, host));
    const [innerStack, shop] = stacks;
    const callApi = () => fetch(`http://${shop?.outputs.Host}/event`, { method: 'POST' });
    expect((await callApi()).status).toBe(400);
    const client = new CloudFormationClient(connection());
    const namesIn = async (StackName = '') =>
      (await client.send(new ListStackResourcesCommand({ StackName }))).StackResourceSummaries ?? [];
    const orders = (await namesIn(innerStack?.name)).find((each) => each.LogicalResourceId === 'Orders');

    await assembly?.write(content({ Role: roleResource }));
    await emulator.deploy(assembly?.folder ?? '');

    await expect(callApi()).rejects.toThrow('fetch failed');
    expect((await namesIn('Shop')).map((each) => each.LogicalResourceId)).toEqual(['Role']);
    await expect(namesIn(innerStack?.name)).rejects.toMatchObject({ name: 'ValidationError' });
    const lambda = new LambdaClient(connection());
    const find = lambda.send(new GetFunctionConfigurationCommand({ FunctionName: orders?.PhysicalResourceId }));
    await expect(find).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('what cannot be deployed', () => {
  const one = (resource: object, extra: object = {}): FixtureContent => ({
    assets,
    stacks: { Shop: { template: { Resources: { Role: roleResource, Orders: resource }, ...extra } } },
  });
  const hasNoCode = {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: 'nodejs22.x', Handler: 'a.b', Role: 'r', Code: {} },
  };

  it.each<[string, FixtureContent, RegExp]>([
    [
      'code that is in no asset manifest',
      one(wrappedFunction('other.zip')),
      /Shop: Orders: its code other\.zip is in no asset manifest/,
    ],
    ['no code', one(hasNoCode), /Shop: Orders: it has no code/],
    [
      'a reserved variable',
      one(wrappedFunction('code.zip', {}, { AWS_REGION: 'x' })),
      /Orders.*reserved keys.*AWS_REGION/,
    ],
    ['too many variables', one(wrappedFunction('code.zip', {}, { LONG: 'x'.repeat(4_096) })), /Orders.*4KB limit/],
    ['a resource without a type', one({ Properties: {} }), /Shop\.template\.json: resource Orders has no Type/],
    [
      'a parameter without a value',
      one(roleResource, { Parameters: { Key: { Type: 'String' } } }),
      /parameter Key has no default/,
    ],
    [
      'a circle',
      one({ ...roleResource, Properties: { A: { Ref: 'Orders' } } }),
      /circular dependency.*Orders -> Orders/,
    ],
    [
      'a stack for another account',
      { stacks: { Shop: { template: { Resources: {} }, environment: 'aws://999999999999/us-east-1' } } },
      /Shop is made for aws:\/\/999999999999\/us-east-1.*Start the emulator/,
    ],
  ])('is refused with its name: %s', async (_case, content, message) => {
    await expect(deploy(content)).rejects.toThrow(message);
    await expect(deploy(content)).rejects.toMatchObject({ name: 'DeploymentError' });
  });

  it('is refused when the folder is no cloud assembly', async () => {
    const folder = await write({ stacks: {} });
    await rm(path.join(folder, 'manifest.json'));
    await expect(emulator.deploy(folder)).rejects.toThrow(/has no manifest\.json\. Run cdk synth/);
  });

  it('is refused when an asset is missing', async () => {
    const folder = await write(one(wrappedFunction('code.zip')));
    await rm(path.join(folder, 'asset.code.zip'));
    await expect(emulator.deploy(folder)).rejects.toThrow(/Shop: Orders: its code is missing: .*asset\.code\.zip/);
  });

  it('can be repaired and deployed again', async () => {
    const folder = await write(one(wrappedFunction('other.zip')));
    await expect(emulator.deploy(folder)).rejects.toThrow('other.zip');
    await assembly?.write(one(wrappedFunction('code.zip')));
    expect((await emulator.deploy(folder)).stacks[0]?.functions).toHaveLength(1);
  });
});
