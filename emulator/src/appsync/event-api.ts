import type { ChannelHandlers } from './handlers/compile-handlers.ts';

/** The authorization modes of AppSync. Only `AWS_IAM` can be proved to the emulator; the others are known by name. */
export type AuthorizationMode = 'AWS_IAM' | 'API_KEY' | 'AMAZON_COGNITO_USER_POOLS' | 'OPENID_CONNECT' | 'AWS_LAMBDA';

export interface ChannelNamespace {
  readonly name: string;
  /** What its own code says to publishing and subscribing; `undefined` where it has none. */
  readonly handlers: ChannelHandlers | undefined;
  readonly publishModes: readonly AuthorizationMode[];
  readonly subscribeModes: readonly AuthorizationMode[];
}

/** One Event API as its template describes it. */
export interface EventApi {
  readonly apiId: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  /** The host of the HTTP endpoint, which every signature names. Here it is `127.0.0.1:PORT`. */
  readonly host: string;
  readonly connectionModes: readonly AuthorizationMode[];
  readonly namespaces: ReadonlyMap<string, ChannelNamespace>;
}
