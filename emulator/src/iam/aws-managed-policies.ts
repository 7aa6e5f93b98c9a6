import { type PolicyDocument, parsePolicy } from './policy-document.ts';

/**
 * Policies that AWS manages, as far as they concern what is emulated here ("AWS managed policy reference"). One that is
 * not in this list is unknown, and gives nothing.
 */

const prefix = 'arn:aws:iam::aws:policy/';

/** Everything. */
export const administratorAccess = `${prefix}AdministratorAccess`;

const allowing = (statement: Readonly<Record<string, string | readonly string[]>>): PolicyDocument => {
  const parsed = parsePolicy({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Resource: '*', ...statement }],
  });
  if (parsed.type === 'invalid') throw new Error(parsed.problem);
  return parsed.policy;
};

const readStacks = ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources'];

/** Of logs, networks, traces, queues, tables and secrets alone. */
const concernOtherServices: readonly string[] = [
  'AmazonS3FullAccess',
  'AmazonS3ReadOnlyAccess',
  'AmazonSNSFullAccess',
  'AmazonSQSFullAccess',
  'AmazonSSMManagedInstanceCore',
  'AmazonSSMReadOnlyAccess',
  'AWSXRayDaemonWriteAccess',
  'AWSXrayWriteOnlyAccess',
  'CloudWatchLambdaInsightsExecutionRolePolicy',
  'service-role/AWSLambdaBasicDurableExecutionRolePolicy',
  'service-role/AWSLambdaBasicExecutionRole',
  'service-role/AWSLambdaDynamoDBExecutionRole',
  'service-role/AWSLambdaENIManagementAccess',
  'service-role/AWSLambdaKinesisExecutionRole',
  'service-role/AWSLambdaMSKExecutionRole',
  'service-role/AWSLambdaSQSQueueExecutionRole',
  'service-role/AWSLambdaVPCAccessExecutionRole',
];

const policies: ReadonlyMap<string, PolicyDocument> = new Map([
  ...concernOtherServices.map((name) => [prefix + name, { statements: [] }] as const),
  [administratorAccess, allowing({ Action: '*' })],
  [`${prefix}AWSCloudFormationFullAccess`, allowing({ Action: 'cloudformation:*' })],
  [`${prefix}AWSLambda_FullAccess`, allowing({ Action: ['lambda:*', ...readStacks] })],
  [`${prefix}AWSLambda_ReadOnlyAccess`, allowing({ Action: ['lambda:Get*', 'lambda:List*', ...readStacks] })],
  [`${prefix}service-role/AWSLambdaRole`, allowing({ Action: 'lambda:InvokeFunction' })],
]);

/** What a policy that AWS manages gives here; `undefined` when its ARN is not known. */
export const awsManagedPolicy = (arn: string): PolicyDocument | undefined => policies.get(arn);
