import type { App } from 'aws-cdk-lib';
import { defaultAppName } from './app-name.ts';
import { attachToApp } from './live-app.ts';
import { parseSelection } from './selection.ts';
import { stubZipPath } from './stub-code.ts';

const DEFAULT_SESSION = 'default';

/** Whom the stubs let run a function's invocations. */
export class LiveLambdaTrust {
  /**
   * Everybody whom IAM lets publish to the stack's Events API. Whoever has that permission can receive the events and
   * the role credentials of the live functions: choose it where all who have it may have those.
   */
  static readonly IAM = new LiveLambdaTrust('iam');

  /** How the choice is written in the stub's settings. */
  readonly name: string;

  private constructor(name: string) {
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
   * @default - none: a live synth fails until one is chosen
   */
  readonly trust?: LiveLambdaTrust;
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
   * @throws Error if the context cannot be understood, if functions exist already, or if no `trust` was chosen
   */
  static attach(app: App, options: LiveLambdaOptions = {}): void {
    const selection = parseSelection(app.node.getAllContext());
    if (selection.state === 'off') return;
    const { trust, session = DEFAULT_SESSION, appName = defaultAppName(process.cwd()) } = options;
    if (trust === undefined) {
      throw new Error(
        'live-lambda: nothing says whom the stubs may trust. ' +
          'Pass { trust: LiveLambdaTrust.IAM } to LiveLambda.attach() to trust everybody whom IAM lets publish ' +
          "to the stack's Events API.",
      );
    }
    if (appName === '' || session === '') {
      throw new Error('live-lambda: appName and session must not be empty.');
    }
    attachToApp({
      app,
      selection,
      settings: { app: appName, session, trust: trust.name },
      stubZip: stubZipPath(),
      directory: process.cwd(),
    });
  }

  private constructor() {}
}
