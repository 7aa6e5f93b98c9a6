import type { App, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { RaisedFunction } from './debug-timeout.ts';
import type { ExistingApi } from './existing-api.ts';
import type { FunctionState } from './function-state.ts';
import type { ManifestFunction } from './generated/manifest.ts';
import type { GuardRules } from './guard.ts';
import type { LiveDoor } from './live-door.ts';
import type { LiveMode } from './live-mode.ts';
import type { LiveStacks } from './live-stack.ts';
import type { SelectionOn } from './selection.ts';
import type { StubPlace, StubTrust } from './stub-environment.ts';

export interface LiveAppRequest {
  readonly app: App;
  readonly selection: SelectionOn;
  readonly settings: Pick<StubPlace, 'app' | 'session'> & StubTrust;
  /** File of the stub's code. */
  readonly stubZip: string;
  /** Where the app runs: its relative paths are meant against it. */
  readonly directory: string;
  /** How functions are live of which nothing else is said. */
  readonly mode: LiveMode;
  /** How the stubs of functions are run of which nothing else is said. */
  readonly door: LiveDoor;
  readonly guard?: GuardRules | undefined;
  /** Where the CDK CLI deploys stacks that do not say where they belong. */
  readonly defaultPlace?: { readonly account: string | undefined; readonly region: string | undefined };
  /** An API to use in place of one for each stack. */
  readonly existingApi?: ExistingApi | undefined;
  /** How many seconds live functions may take at least. */
  readonly timeoutSeconds?: number | undefined;
}

/** Everything that is remembered about one app while it is live. */
export interface LiveApp extends LiveAppRequest {
  readonly stacks: LiveStacks;
  /** By construct path: set when a function is made, final once the whole app stands. */
  readonly states: Map<string, FunctionState>;
  /** By construct path of a function: paths of other constructs that stand for it. */
  readonly aliases: Map<string, readonly string[]>;
  readonly warnings: Map<string, readonly string[]>;
  /** Functions whose timeout is longer than the app says. */
  readonly raised: RaisedFunction[];
  /** An app may be synthesized more than once, and its aspects then visit everything again. */
  readonly visited: Set<IConstruct>;
  readonly described: Map<Stage, ManifestFunction[]>;
}
