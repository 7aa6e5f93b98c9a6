export { type AppSyncChannelOptions, createAppSyncChannel } from './appsync-channel.ts';
export { type EventApiEndpoint, isLoopbackHost } from './endpoint.ts';
export type { CredentialsProvider, SigningCredentials } from './signing.ts';
