import type { App } from 'aws-cdk-lib';
import { defaultAppName } from './app-name.ts';
import { defaultIdentityFile } from './generated/identity.ts';
import { attachToApp } from './live-app.ts';
import { parseSelection } from './selection.ts';
import { stubZipPath } from './stub-code.ts';
import { decideTrust } from './trusted-keys.ts';

const DEFAULT_SESSION = 'default';

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

/** How the functions of an app are live. */
export interface LiveLambdaOptions {
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
  readonly trustedKeys?: readonly string[];
}

/**
 * Makes the Lambda functions of a CDK app live: their invocations run on a developer's machine.
 */
export class LiveLambda {
  /**
   * Makes those functions live that the context selects; call it right after `new App()`.
   *
   * Without `live-lambda` in the context nothing is registered, and the app synthesizes as if this call were not there.
   * `-c live-lambda=true` selects every function, `-c live-lambda=CreateOrder,Orders/*` a list of construct ids, paths
   * and globs, `-c live-lambda:CreateOrder=true` (or `=false`) one name, and `-c live-lambda=false` none.
   *
   * @throws Error if the context cannot be understood, if functions exist already, or if the keys to trust cannot be
   * read
   */
  static attach(app: App, options: LiveLambdaOptions = {}): void {
    const selection = parseSelection(app.node.getAllContext());
    if (selection.state === 'off') return;
    const { trust = LiveLambdaTrust.KEYS, trustedKeys, session = DEFAULT_SESSION } = options;
    const { appName = defaultAppName(process.cwd()) } = options;
    if (appName === '' || session === '') {
      throw new Error('live-lambda: appName and session must not be empty.');
    }
    const directory = process.cwd();
    const stubTrust = decideTrust({
      trust: trust.name,
      trustedKeys,
      directory,
      identityFile: defaultIdentityFile(),
      say: (line) => process.stderr.write(line),
    });
    const settings = { app: appName, session, ...stubTrust };
    attachToApp({ app, selection, settings, stubZip: stubZipPath(), directory });
  }

  private constructor() {}
}
