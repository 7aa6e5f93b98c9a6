import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { expect, test } from 'vitest';
import { assetFunction, createApp, manifestOf } from './fixtures/synthesis.ts';

const { PRIVATE_ISOLATED, PRIVATE_WITH_EGRESS, PUBLIC } = ec2.SubnetType;

interface Network {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/** What the synth of a live function says of its network, to people and to the tunnel. */
function saidOf(network: (stack: Stack) => Network) {
  const app = createApp();
  const stack = new Stack(app, 'Orders');
  assetFunction(stack, 'Quote', { ...network(stack), allowPublicSubnet: true });
  const [fn] = manifestOf(app).functions;
  expect(fn?.status).toBe('live');
  const warnings = Annotations.fromStack(stack).findWarning(
    '/Orders/Quote',
    Match.stringLikeRegexp('live-lambda:network'),
  );
  return { manifest: fn?.warnings ?? [], shown: warnings.length };
}

function vpcOf(stack: Stack, subnetTypes: readonly ec2.SubnetType[]): ec2.IVpc {
  const subnetConfiguration = subnetTypes.map((subnetType, index) => ({ name: `Part${index}`, subnetType }));
  const natGateways = subnetTypes.includes(PRIVATE_WITH_EGRESS) ? 1 : 0;
  // CDK's declarations do not follow exactOptionalPropertyTypes.
  return new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, subnetConfiguration, natGateways }) as never;
}

test.each([
  ['isolated', PRIVATE_ISOLATED],
  // A function has no public address there.
  ['public', PUBLIC],
])('a live function whose subnets are all %s is warned of once, by the names of the subnets', (_, subnetType) => {
  const { manifest, shown } = saidOf((stack) => ({ vpc: vpcOf(stack, [subnetType]), vpcSubnets: { subnetType } }));
  expect(manifest).toEqual([expect.stringMatching(/^It is in Orders\/Vpc\/Part0Subnet1, .*NAT gateway/)]);
  expect(shown).toBe(1);
});

test('so is one in a VPC that is only imported', () => {
  const { manifest } = saidOf((stack) => ({
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['eu-west-1a'],
      isolatedSubnetIds: ['subnet-1'],
    }),
    vpcSubnets: { subnetType: PRIVATE_ISOLATED },
  }));
  expect(manifest).toEqual([expect.stringContaining('It is in Orders/Vpc/IsolatedSubnet1,')]);
});

test('of one with a NAT gateway, or in subnets of which only the ids are known, nothing is said', () => {
  const withEgress = saidOf((stack) => ({
    vpc: vpcOf(stack, [PUBLIC, PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED]),
    vpcSubnets: { subnetType: PRIVATE_WITH_EGRESS },
  }));
  const byIds = saidOf((stack) => ({
    vpc: vpcOf(stack, [PRIVATE_ISOLATED]),
    vpcSubnets: { subnets: [ec2.Subnet.fromSubnetId(stack, 'Other', 'subnet-2')] },
  }));
  expect([withEgress, byIds]).toEqual([
    { manifest: [], shown: 0 },
    { manifest: [], shown: 0 },
  ]);
});
