import { createExistingApi, type ExistingApi } from './existing-api.ts';

/** Whom the stubs let run a function's invocations. */
export class LiveLambdaTrust {
  /**
   * The holders of certain keys, whatever IAM lets others do: those of `trustedKeys`, else those of a committed
   * `live-lambda.keys`, else the developer who deploys.
   */
  static readonly KEYS = new LiveLambdaTrust('keys');

  /**
   * Everybody whom IAM lets publish to the stack's Events API. Whoever has that permission can receive the events and
   * the role credentials of the live functions: choose it where all who have it may have those.
   */
  static readonly IAM = new LiveLambdaTrust('iam');

  /** How the choice is written in the stub's settings. */
  readonly name: 'keys' | 'iam';

  private constructor(name: 'keys' | 'iam') {
    this.name = name;
  }
}

/** What is deployed for a live function. */
export class LiveLambdaMode {
  /** The stub in place of the function's code, which is not even bundled: while no tunnel runs, invocations fail. */
  static readonly REPLACE = new LiveLambdaMode('replace');

  /**
   * The function's code, and the stub beside it in a layer: invocations that no tunnel takes run the deployed code. For
   * Node.js functions, and for stacks that others use, too.
   */
  static readonly FALLBACK = new LiveLambdaMode('fallback');

  /** How the choice is written in the context and the manifest. */
  readonly name: 'replace' | 'fallback';

  private constructor(name: 'replace' | 'fallback') {
    this.name = name;
  }
}

/** How a host gets a function's stub to run. */
export class LiveLambdaDoor {
  /** Lambda starts the stub in the runtime's place, by an exec wrapper: bytes, errors and streams pass as they are. */
  static readonly RUNTIME = new LiveLambdaDoor('runtime');

  /**
   * The stub is the function's handler, for emulators of Lambda that ignore exec wrappers. Events and answers are parsed
   * and written anew on the way (1.0 becomes 1), nothing is streamed; not in mode `fallback`.
   */
  static readonly HANDLER = new LiveLambdaDoor('handler');

  /** How the choice is written in the context and the manifest. */
  readonly name: 'runtime' | 'handler';

  private constructor(name: 'runtime' | 'handler') {
    this.name = name;
  }
}

/** An AppSync Events API that exists already. It must have IAM among its ways to connect, publish and subscribe. */
export interface LiveLambdaApiAttributes {
  /** Id of the API. */
  readonly apiId: string;
  /** Host for publishing over HTTP, as in `abc.appsync-api.eu-west-1.amazonaws.com`. */
  readonly httpHost: string;
  /** Host of the WebSocket, as in `abc.appsync-realtime-api.eu-west-1.amazonaws.com`. */
  readonly realtimeHost: string;
  /**
   * Region of the API. Functions of other regions cannot be live.
   *
   * @default - the one that `httpHost` names, else that of each stack
   */
  readonly region?: string;
  /**
   * Account of the API.
   *
   * @default - that of each stack
   */
  readonly account?: string;
  /**
   * Name of the channel namespace that stubs publish to; it must refuse wildcard subscriptions. Give both or neither.
   *
   * @default - one is made for each live stack, its name beginning with a short hash of the stack
   */
  readonly toTunnelNamespace?: string;
  /**
   * Name of the channel namespace that stubs subscribe to; it must refuse wildcard subscriptions. Give both or neither.
   *
   * @default - one is made for each live stack, its name beginning with a short hash of the stack
   */
  readonly toStubNamespace?: string;
}

/** An AppSync Events API for the stubs and the tunnel to talk over, in place of one in each live stack. */
export class LiveLambdaApi {
  /**
   * An API that exists already.
   *
   * @throws Error if an attribute is empty or malformed, or if one namespace is given without the other
   */
  static fromAttributes(attributes: LiveLambdaApiAttributes): LiveLambdaApi {
    return new LiveLambdaApi(attributes);
  }

  /** @internal */
  readonly _attributes: ExistingApi;

  private constructor(attributes: LiveLambdaApiAttributes) {
    this._attributes = createExistingApi(attributes);
  }
}

/**
 * Where functions may be live, whatever is selected. A protected function is never replaced, and the synth fails.
 *
 * A stage is named as functions are: by construct id, path or glob; the name or path of a stack stands for that stack
 * alone. Names that sound like production (`prod`, `production`, `prd`) are protected unless `allowStages` has them in so
 * many words. Where accounts or regions are listed, a stack without an `env` of its own is taken to go where the CDK CLI
 * would deploy it (`CDK_DEFAULT_ACCOUNT`, `CDK_DEFAULT_REGION`), and is protected where that is unknown, too.
 */
export interface LiveLambdaGuard {
  /**
   * The only accounts in which functions may be live.
   *
   * @default - all
   */
  readonly allowAccounts?: string[];
  /**
   * Accounts in which no function may be live.
   *
   * @default - none
   */
  readonly denyAccounts?: string[];
  /**
   * The only regions in which functions may be live.
   *
   * @default - all
   */
  readonly allowRegions?: string[];
  /**
   * Regions in which no function may be live.
   *
   * @default - none
   */
  readonly denyRegions?: string[];
  /**
   * The only stages and stacks in which functions may be live.
   *
   * @default - all whose name does not sound like production
   */
  readonly allowStages?: string[];
  /**
   * Stages and stacks in which no function may be live.
   *
   * @default - none but those whose name sounds like production
   */
  readonly denyStages?: string[];
}

/** How the functions of an app are live. */
export interface LiveLambdaOptions {
  /**
   * Functions to make live, by construct id, path or glob, in addition to those of the context.
   *
   * @default - those of the context alone
   */
  readonly include?: string[];
  /**
   * Functions to leave as they are, by construct id, path or glob.
   *
   * @default - none
   */
  readonly exclude?: string[];
  /**
   * What is deployed for live functions; `-c live-lambda-mode=fallback` (or `=replace`) decides otherwise.
   *
   * @default LiveLambdaMode.REPLACE
   */
  readonly mode?: LiveLambdaMode;
  /**
   * How the stubs of live functions are run; `-c live-lambda-door=handler` (or `=runtime`) decides otherwise.
   *
   * @default LiveLambdaDoor.RUNTIME
   */
  readonly door?: LiveLambdaDoor;
  /**
   * Where functions may be live, whatever is selected.
   *
   * @default - everywhere but where a name sounds like production
   */
  readonly guard?: LiveLambdaGuard;
  /**
   * An AppSync Events API that exists already, for the stubs and the tunnel to talk over.
   *
   * @default - one in each stack with live functions, which goes when they do
   */
  readonly api?: LiveLambdaApi;
  /**
   * Name of the app. Tunnels and stubs find each other by it and the session.
   *
   * @default - the name in the nearest package.json at or above the working directory, else that directory's name
   */
  readonly appName?: string;
  /**
   * Name of the session: stacks of one app deployed for different developers have different ones.
   *
   * @default - default
   */
  readonly session?: string;
  /**
   * Whom the stubs let run a function's invocations.
   *
   * @default LiveLambdaTrust.KEYS
   */
  readonly trust?: LiveLambdaTrust;
  /**
   * Fingerprints of the keys that the stubs trust, 22 characters each.
   *
   * @default - those of the nearest `live-lambda.keys` from the working directory up to the top of its git repository;
   * if there is none, that of the developer's own identity, which the first live synth makes and names
   */
  readonly trustedKeys?: string[];
}

/** What live-lambda cannot find out about one function by itself. */
export interface LiveFunctionOptions {
  /**
   * The source file that holds the handler; for a language that is compiled, the folder of the program. A relative path
   * is meant against the working directory of the app.
   *
   * @default - what the function's own code says
   */
  readonly entry?: string;
  /**
   * The export of `entry` that is the handler, for example `handler` or `orders.create`.
   *
   * @default - the one that the function's `Handler` names
   */
  readonly handler?: string;
  /**
   * The tsconfig that applies to `entry`.
   *
   * @default - the nearest tsconfig.json at or above a TypeScript `entry`
   */
  readonly tsconfig?: string;
  /**
   * What is deployed for this function while it is live, whatever the context says.
   *
   * @default - as for the other functions of the app
   */
  readonly mode?: LiveLambdaMode;
  /**
   * How this function's stub is run while it is live, whatever the context says.
   *
   * @default - as for the other functions of the app
   */
  readonly door?: LiveLambdaDoor;
}
