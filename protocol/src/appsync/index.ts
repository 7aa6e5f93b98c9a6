export { type AppSyncChannelOptions, createAppSyncChannel } from './appsync-channel.ts';
export { connectionOptions, type EventApiEndpoint, isLoopbackHost } from './endpoint.ts';
export type { CredentialsProvider, SigningCredentials } from './signing.ts';
