export { type Channel, ChannelError, type ChannelErrorKind, type ChannelStatus } from './channel.ts';
export {
  isChannelSegment,
  type Namespaces,
  ownNamespaces,
  toStubNamespace,
  toTunnelNamespace,
} from './channel-names.ts';
export { type Clock, systemClock, wallClock } from './clock.ts';
export { createDropTally } from './drop-tally.ts';
export type { Checked, RemoteEnvironment, TunnelInvocation } from './link/remote-environment.ts';
export { BrokenStream, type LinkOutcome, openStubLink, type StubLink, type StubLinkOptions } from './link/stub-link.ts';
export type { Attachment, Failed, StubFailure, StubIdentity, StubInvocation, StubOutcome } from './link/stub-state.ts';
export type { TakeOverNews } from './link/take-over.ts';
export type { TunnelIdentity, TunnelTrust } from './link/trust.ts';
export { type HelloRefusal, unknownEnvironmentReason } from './link/tunnel-core.ts';
export {
  openTunnelLink,
  StreamFailure,
  type TunnelLink,
  type TunnelLinkEvents,
  type TunnelLinkOptions,
  type TunnelReply,
} from './link/tunnel-link.ts';
export type {
  Attach,
  Credentials,
  EnvironmentFacts,
  Headers,
  Hello,
  Result,
  TakeOver,
  TunnelHere,
} from './messages.ts';
export { replayedReason } from './sealing.ts';
export { maxVersion, minVersion } from './versions.ts';
export { environmentIdOf } from './wire/channel-event.ts';
