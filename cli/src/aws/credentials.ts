// What is used of the providers. A package that is imported by `import()` is bundled whole.
export { fromNodeProviderChain } from '@aws-sdk/credential-providers';
