import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { FunctionProperties } from './template-facts.ts';

export interface NetworkRequest {
  readonly fn: lambda.Function;
  readonly properties: FunctionProperties;
  /** Every construct of the app. */
  readonly constructs: readonly IConstruct[];
}

/**
 * Looks at where in a VPC a function stands. AppSync Events is reached over the internet: out of an isolated subnet no
 * route leads there, and in a public one a function has no address for it.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html}
 *
 * @returns what a developer must know where none of the function's subnets has a way out, else undefined
 */
export function findClosedNetwork({ fn, properties, constructs }: NetworkRequest): string | undefined {
  const ids = subnetIdsOf(properties);
  if (ids.length === 0) return undefined;
  const identify = (subnetId: unknown) => JSON.stringify(fn.stack.resolve(subnetId));
  const closed = new Map(
    constructs.flatMap(closedSubnets).map(({ subnetId, node }) => [identify(subnetId), node.path] as const),
  );
  const paths = ids.flatMap((id) => closed.get(identify(id)) ?? []);
  // Of a subnet that the app knows by its id alone nothing can be said.
  if (paths.length < ids.length) return undefined;
  return (
    `It is in ${paths.join(', ')}, from where the Events API cannot be reached, unless a route of your own leads to the ` +
    'internet: invocations will fail. Put it into subnets with a NAT gateway (PRIVATE_WITH_EGRESS) to develop with it.'
  );
}

function subnetIdsOf({ VpcConfig: config }: FunctionProperties): readonly unknown[] {
  const ids: unknown = typeof config === 'object' && config !== null ? Reflect.get(config, 'SubnetIds') : undefined;
  return Array.isArray(ids) ? ids : [];
}

/** Those of a VPC, also of one that is imported into the app, which is no `ec2.Vpc`. */
function closedSubnets(construct: IConstruct): readonly ec2.ISubnet[] {
  return ['isolatedSubnets', 'publicSubnets'].flatMap((name) => {
    const subnets: unknown = Reflect.get(construct, name);
    return Array.isArray(subnets) ? (subnets as readonly ec2.ISubnet[]) : [];
  });
}
