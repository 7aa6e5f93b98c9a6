export { type Channel, ChannelError, type ChannelErrorKind, type ChannelStatus } from './channel.ts';
export { toStubNamespace, toTunnelNamespace } from './channel-names.ts';
export { type Clock, systemClock } from './clock.ts';
export type { Attachment, StubFailure, StubIdentity, StubInvocation, StubOutcome } from './link/stub-core.ts';
export { openStubLink, type StubLink, type StubLinkOptions } from './link/stub-link.ts';
export type { HelloRefusal, RemoteEnvironment, TunnelInvocation } from './link/tunnel-core.ts';
export { openTunnelLink, type TunnelLink, type TunnelLinkEvents, type TunnelLinkOptions } from './link/tunnel-link.ts';
export type { Attach, Credentials, EnvironmentFacts, Headers, Hello, Result } from './messages.ts';
export { maxVersion, minVersion } from './versions.ts';
