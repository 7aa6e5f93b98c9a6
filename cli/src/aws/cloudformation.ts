// What is used of the client. A package that is imported by `import()` is bundled whole, with all of its 90 operations.
export {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
