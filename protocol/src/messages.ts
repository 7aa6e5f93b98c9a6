/** How the bytes of a message were compressed. The numbers are those of the wire. */
export const codecs = { none: 0, deflate: 1 } as const;
export type Codec = keyof typeof codecs;

/** Which way a frame goes. */
export type Direction = 'to-tunnel' | 'to-stub';

/** Headers of the Runtime API or of its answer; names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** What one event on a channel carries. */
export type ChannelEvent =
  | {
      readonly kind: 'hello';
      readonly hello: Hello /** As received: what the handshake hashes. */;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'welcome'; readonly welcome: Welcome; readonly signed: Signed }
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** What tunnels say to each other: the body is read by whoever it is for. */
  | { readonly kind: SessionMessageKind; readonly signed: Signed }
  | { readonly kind: 'probe'; readonly tunnelInstance: Uint8Array; readonly nonce: Uint8Array };

export interface Signed {
  /** The serialised message, as signed. */
  readonly body: Uint8Array;
  /** Ed25519, or empty where the stub was deployed to trust IAM alone. */
  readonly signature: Uint8Array;
}

/** A stub looks for a tunnel. In clear, so without any variable or payload. */
export interface Hello {
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly codecs: readonly Codec[];
  readonly apiHost: string;
  readonly region: string;
  readonly app: string;
  readonly session: string;
  readonly functionName: string;
  readonly functionPath: string;
  /** 16 bytes. */
  readonly environmentId: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly ephemeralKey: Uint8Array;
  /** 16 bytes. */
  readonly nonce: Uint8Array;
  readonly release: string;
}

/** Why a tunnel does not serve an environment. */
export type RefusalReason = 'version' | 'unknown-function' | 'unspecified';

/** A tunnel's answer to a Hello. */
export interface Welcome {
  /** The chosen protocol version, or 0 with a refusal. */
  readonly version: number;
  readonly codec: Codec;
  /** 16 bytes, new at each start of a tunnel. */
  readonly tunnelInstance: Uint8Array;
  readonly aloneForMs: number;
  /** X25519 public key, 32 bytes. */
  readonly ephemeralKey: Uint8Array;
  /** Ed25519 public key, 32 bytes, or empty without a signature. */
  readonly identityKey: Uint8Array;
  /** SHA-256 of the Hello that this answers. */
  readonly helloHash: Uint8Array;
  readonly refusal: { readonly reason: RefusalReason; readonly text: string } | undefined;
  readonly release: string;
}

/** What the tunnels of one session say to each other. */
export type SessionMessageKind = 'tunnel-here' | 'take-over' | 'hand-over';

/** A tunnel says that it is on the session. */
export interface TunnelHere {
  /** 16 bytes, new at each start of a tunnel. */
  readonly tunnelInstance: Uint8Array;
  readonly ageMs: number;
  /** Ed25519 public key, 32 bytes, or empty without a signature. */
  readonly identityKey: Uint8Array;
  /** User and host, for people. */
  readonly owner: string;
}

/** A tunnel asks another one for the session. */
export interface TakeOver {
  /** Who asks. */
  readonly tunnelInstance: Uint8Array;
  /** Who is asked. */
  readonly holderInstance: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly owner: string;
  readonly app: string;
  readonly session: string;
}

/** How far a tunnel is that hands its session over. */
export interface HandOver {
  /** Who answers. */
  readonly tunnelInstance: Uint8Array;
  /** Who asked. */
  readonly toInstance: Uint8Array;
  readonly identityKey: Uint8Array;
  /** Invocations that ended since it was asked. */
  readonly finished: number;
  readonly unfinishedCount: number;
  /** The first of them. */
  readonly unfinished: readonly UnfinishedInvocation[];
  /** Nothing runs any more, and nothing will be started. */
  readonly ended: boolean;
}

/** An invocation that a tunnel finishes before it ends. */
export interface UnfinishedInvocation {
  /** The function's construct path. */
  readonly functionPath: string;
  readonly runningMs: number;
}

/** One sealed segment. */
export interface Frame {
  /** The serialised header: what the seal authenticates. */
  readonly headerBytes: Uint8Array;
  readonly header: FrameHeader;
  readonly sealed: Uint8Array;
}

export interface FrameHeader {
  readonly version: number;
  /** 16 bytes. */
  readonly environmentId: Uint8Array;
  /** 8 bytes: which keys. */
  readonly keyId: Uint8Array;
  readonly direction: Direction;
  /** Number of the message among those sealed with this key, from 1. */
  readonly message: number;
  readonly index: number;
  readonly count: number;
  /** The nonce: from 1, never repeated for a key. */
  readonly counter: number;
  readonly codec: Codec;
}

/** Temporary credentials of the function's role. Never logged. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface EnvironmentFacts {
  readonly runtime: string;
  readonly memoryMb: number;
  readonly architecture: string;
  readonly initializationType: string;
}

export interface Attach {
  readonly kind: 'attach';
  readonly variables: Readonly<Record<string, string>>;
  readonly credentials: Credentials | undefined;
  readonly facts: EnvironmentFacts;
}

export interface Invoke {
  readonly kind: 'invoke';
  /** 16 bytes, new for each event that Lambda hands to the stub. */
  readonly invocationId: Uint8Array;
  readonly tunnelInstance: Uint8Array;
  /** What was left of the function's time when this was sent. */
  readonly remainingMs: number;
  readonly headers: Headers;
  readonly event: Uint8Array;
  readonly credentials: Credentials | undefined;
  readonly confirmed: readonly Uint8Array[];
}

export interface Result {
  readonly kind: 'result';
  readonly invocationId: Uint8Array;
  readonly headers: Headers;
  /** `response`: what the handler's runtime gave. `error`: the error JSON that the caller will see. */
  readonly outcome: { readonly type: 'response' | 'error'; readonly body: Uint8Array };
}

/** What is said under seal. */
export type Message =
  | Attach
  | Invoke
  | Result
  | { readonly kind: 'accepted' /** Empty in the answer to an Attach. */; readonly invocationId: Uint8Array }
  | {
      readonly kind: 'stream-chunk';
      readonly invocationId: Uint8Array;
      readonly offset: number;
      readonly data: Uint8Array;
      readonly headers: Headers;
      readonly end: boolean;
      /** On the last chunk of a stream that failed: the error JSON. */
      readonly error: Uint8Array;
    }
  | {
      readonly kind: 'stream-credit';
      readonly invocationId: Uint8Array;
      readonly upToOffset: number;
      readonly receivedOffset: number;
    }
  | {
      readonly kind: 'progress';
      readonly message: number;
      readonly missing: readonly number[];
      readonly invocationId: Uint8Array;
      readonly ask: boolean;
      readonly remainingMs: number;
      readonly aboutMessage: number;
    }
  | { readonly kind: 'ping' | 'pong'; readonly nonce: Uint8Array }
  | { readonly kind: 'withdraw'; readonly invocationId: Uint8Array }
  | Goodbye;

export interface Goodbye {
  readonly kind: 'goodbye';
  /** For people. */
  readonly reason: string;
  /** From a tunnel that takes nothing more of this environment; undefined where that was not said. */
  readonly final: FinalAccount | undefined;
}

/** What a tunnel that leaves has taken last of an environment: anything else it was sent it never starts. */
export interface FinalAccount {
  /** Ids of invocations that it has started and of which no result will come. */
  readonly started: readonly Uint8Array[];
  /** Ids of those whose result has been sent. */
  readonly answered: readonly Uint8Array[];
  /** Instance of the tunnel that takes the session over; empty where there is none. */
  readonly successor: Uint8Array;
}
