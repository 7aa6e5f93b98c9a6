import type { App } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { defaultAppName } from './app-name.ts';
import { findCommittedSelection } from './committed-selection.ts';
import { refuseUnforcedCi } from './continuous-integration.ts';
import { parseDebugTimeout } from './debug-timeout.ts';
import { defaultIdentityFile } from './generated/identity.ts';
import { attachToApp, configureInApp } from './live-app.ts';
import { parseDoor } from './live-door.ts';
import { type LiveFunctionOptions, type LiveLambdaOptions, LiveLambdaTrust } from './live-lambda-options.ts';
import { parseMode } from './live-mode.ts';
import { parseSelection } from './selection.ts';
import { parseSession } from './session-name.ts';
import { refuseUnknownSettings } from './settings-keys.ts';
import { stubZipPath } from './stub-code.ts';
import { decideTrust } from './trusted-keys.ts';

/**
 * Makes the Lambda functions of a CDK app live: their invocations run on a developer's machine.
 */
export class LiveLambda {
  /**
   * Makes those functions live that the context or the options select; call it right after `new App()`.
   *
   * Without a selection nothing is registered, and the app synthesizes as if this call were not there.
   * `-c live-lambda=true` selects every function, `-c live-lambda=CreateOrder,Orders/*` a list of construct ids, paths
   * and globs (`!name` excludes), `-c live-lambda:CreateOrder=true` (or `=false`) one name, and `-c live-lambda=false`
   * none, whatever the code selects. Where names disagree, the most specific decides, wherever it is written: path before
   * id before glob before all; between equals, exclusion.
   *
   * `-c live-lambda-mode=fallback` leaves the code of live functions in place, to run what no tunnel takes;
   * `-c live-lambda-door=handler` makes the stub the function's handler, for emulators that ignore exec wrappers;
   * `-c live-lambda-timeout=<seconds>` raises the timeout of live functions for debugging; `-c live-lambda-session=<name>`
   * names the session in place of the option; `-c live-lambda-ci=true` allows live mode in continuous integration.
   *
   * @throws Error if the context or the options cannot be understood, if functions exist already, if this is continuous
   * integration, or if the keys to trust cannot be read
   */
  static attach(app: App, options: LiveLambdaOptions = {}): void {
    const context = app.node.getAllContext();
    const selection = parseSelection({ context, include: options.include, exclude: options.exclude });
    if (selection.state === 'off') return;
    refuseUnknownSettings(context);
    refuseUnforcedCi({ environment: process.env, context });
    const directory = process.cwd();
    const { appName = defaultAppName(directory) } = options;
    if (appName === '') throw new Error('live-lambda: appName of attach() must not be empty.');
    const session = parseSession(context, options.session);
    const committed = findCommittedSelection({ directory, context });
    if (committed !== undefined) say(`${committed}\n`);
    attachToApp({
      app,
      selection,
      settings: { app: appName, session, ...stubTrust(options, directory) },
      stubZip: stubZipPath(),
      directory,
      mode: parseMode(context, options.mode?.name),
      door: parseDoor(context, options.door?.name),
      guard: options.guard,
      defaultPlace: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
      existingApi: options.api?._attributes,
      timeoutSeconds: parseDebugTimeout(context),
    });
  }

  /**
   * Says what live-lambda cannot find out about a function by itself, such as the source of code that is written inline,
   * lies in S3, or was compiled without a trace. Without effect while the function is not selected.
   *
   * @throws Error if a file does not exist
   */
  static configure(fn: lambda.Function, options: LiveFunctionOptions): void {
    configureInApp(fn, { ...options, mode: options.mode?.name, door: options.door?.name });
  }

  private constructor() {}
}

function stubTrust({ trust = LiveLambdaTrust.KEYS, trustedKeys }: LiveLambdaOptions, directory: string) {
  return decideTrust({
    trust: trust.name,
    trustedKeys,
    directory,
    identityFile: defaultIdentityFile(),
    say,
  });
}

/** To where the CDK CLI shows people what an app has to say. */
function say(line: string): void {
  process.stderr.write(line);
}
