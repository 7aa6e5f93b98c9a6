import type { Runner } from '@live-lambda/runner';
import type { Config, Hook } from '@oclif/core/interfaces';
import type { InvocationEnd, InvocationError, InvocationTimings } from '../host.ts';

/** What a plugin's `live-lambda:runners` hook is given. */
export interface RunnersHookOptions {
  /** The folder of the project's config, else the folder in which the command runs. */
  readonly projectRoot: string;
}

/** What a plugin is told of the invocations that run on this machine. Never an event, an answer, a variable or a credential. */
export type InvocationNews =
  | {
      readonly type: 'started';
      /** By its construct path, such as `OrderService/CreateOrder`. */
      readonly function: string;
      /** Of this attempt; a request id comes again when Lambda retries. */
      readonly invocationId: string;
      readonly requestId: string;
      readonly environmentId: string;
      /** Epoch milliseconds. */
      readonly receivedAt: number;
    }
  /** A line, or a part of a very long one, that the function wrote. */
  | {
      readonly type: 'output';
      readonly function: string;
      readonly environmentId: string;
      /** Undefined for what a process writes outside of invocations. */
      readonly requestId: string | undefined;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  | {
      readonly type: 'finished';
      readonly function: string;
      readonly invocationId: string;
      readonly requestId: string;
      readonly environmentId: string;
      readonly end: InvocationEnd;
      /** Undefined for one that succeeded. */
      readonly error: InvocationError | undefined;
      /** Absolute path of the handler's file. */
      readonly file: string;
      readonly timings: InvocationTimings;
      /** Epoch milliseconds. */
      readonly finishedAt: number;
    };

/** What a plugin's `live-lambda:invocation` hook is given. */
export interface InvocationHookOptions {
  readonly event: InvocationNews;
}

/** The hooks of live-lambda that an oclif plugin can have, by their names in its package.json. */
export interface LiveLambdaHooks {
  'live-lambda:invocation': { readonly options: InvocationHookOptions; readonly return: unknown };
  'live-lambda:runners': { readonly options: RunnersHookOptions; readonly return: readonly Runner[] };
}

declare module '@oclif/core/interfaces' {
  interface Hooks {
    'live-lambda:runners': {
      options: { readonly projectRoot: string };
      return: readonly Runner[];
    };
    'live-lambda:invocation': { options: { readonly event: InvocationNews }; return: unknown };
  }
}

/** The default export of a plugin's hook `live-lambda:runners`: gives the runners that it brings. */
export type RunnersHook = Hook<'live-lambda:runners'>;

/** What a plugin's hook `live-lambda:invocation` exports: is told of invocations, in their order. */
export type InvocationHook = Hook<'live-lambda:invocation'>;

/** What the plugins answered to a hook; who failed is named, and did not stop the others. */
export interface HookAnswers<Answer> {
  readonly answers: readonly { readonly plugin: string; readonly answer: Answer }[];
  readonly failures: readonly { readonly plugin: string; readonly reason: string }[];
}

/** For one hook of one plugin, in milliseconds. */
const hookLimitMs = 10_000;

/** Asks all plugins at once, and gives what they answered in the order of their names. Never rejects: a misspelt name is a type error here, and is none in oclif. */
export async function askPlugins<Name extends keyof LiveLambdaHooks>(
  config: Pick<Config, 'runHook'>,
  name: Name,
  options: LiveLambdaHooks[Name]['options'],
): Promise<HookAnswers<LiveLambdaHooks[Name]['return']>> {
  // oclif's own timer lets the program end while a hook waits for nothing.
  const alive = setInterval(() => undefined, hookLimitMs);
  const { successes, failures } = await config
    .runHook(name, { ...options }, hookLimitMs, true)
    .finally(() => clearInterval(alive));
  const byName = (a: { readonly plugin: string }, b: { readonly plugin: string }) => a.plugin.localeCompare(b.plugin);
  return {
    answers: successes.map(({ plugin, result }) => ({ plugin: plugin.name, answer: result })).sort(byName),
    failures: failures
      .map(({ plugin, error }) => ({
        plugin: plugin.name,
        reason: error instanceof Error ? error.message : String(error),
      }))
      .sort(byName),
  };
}
