// What is used of the client. A package that is imported by `import()` is bundled whole.
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
