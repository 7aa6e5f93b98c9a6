import type { Config } from '@oclif/core/interfaces';
import type { Host, LiveEvent } from '../host.ts';
import type { InvocationHookOptions, InvocationNews, LiveLambdaHooks } from './hooks.ts';
import type { PluginPlace } from './plugin-faults.ts';

type Plugin = Config['plugins'] extends Map<string, infer Each> ? Each : never;

/** The plugins that want to know of invocations. They are told behind the tunnel's back: it never waits for them. */
export interface InvocationListeners {
  /** A host that is told the same, of which the plugins hear. */
  listening(inner: Host): Host;
  /** Those that listen. */
  readonly plugins: readonly PluginPlace[];
  /** Lets them finish with what they were told, for as long as a plugin may take for one event. */
  close(): Promise<void>;
}

export interface InvocationListenersOptions {
  readonly config: Pick<Config, 'runHook' | 'plugins'>;
  /** Called once for each plugin that fails, as a sentence. */
  readonly warn: (text: string) => void;
  /** For one event of one plugin, in milliseconds. */
  readonly limitMs?: number;
}

const hookName = 'live-lambda:invocation' satisfies keyof LiveLambdaHooks;
const defaultLimitMs = 2000;
/** Events that wait for one plugin; what comes while there are more, it is not told. */
const maxWaiting = 1000;

export function createInvocationListeners(options: InvocationListenersOptions): InvocationListeners {
  const { config, limitMs = defaultLimitMs } = options;
  const interested = [...config.plugins.values()].filter(({ hooks }) => hooks[hookName] !== undefined);
  const listeners = interested.map((plugin) => createListener(plugin, { ...options, limitMs }));
  return {
    plugins: interested.map(({ name, root }) => ({ name, root })),
    listening: (inner) => ({
      notify(event) {
        inner.notify(event);
        const news = newsOf(event);
        if (news) for (const listener of listeners) listener.tell(news);
      },
    }),
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([limit, Promise.all(listeners.map((listener) => listener.idle()))]);
      clearTimeout(timer);
    },
  };
}

/** One event after the other, in their order. One that hangs is told nothing any more. */
function createListener(
  plugin: Plugin,
  { config, warn, limitMs }: InvocationListenersOptions & { readonly limitMs: number },
) {
  /** oclif asks all plugins at once: this one is to be known by its own answers. */
  const alone: Pick<Config, 'runHook'> = Object.create(config, {
    plugins: { value: new Map([[plugin.name, plugin]]) },
  });
  let work = Promise.resolve();
  let waiting = 0;
  let isGivenUp = false;
  let isNamed = false;

  function name(text: string): void {
    if (!isNamed) warn(`The plugin ${plugin.name} ${text}`);
    isNamed = true;
  }

  async function run(event: InvocationNews): Promise<void> {
    if (isGivenUp) return;
    const options: InvocationHookOptions = { event };
    const sinceMs = performance.now();
    const { failures } = await alone.runHook(hookName, { ...options }, limitMs, true);
    const [failure] = failures;
    if (!failure) return;
    const { message } = failure.error;
    // oclif's own error for a hook that takes too long is an error as any other.
    isGivenUp = performance.now() - sinceMs >= limitMs;
    if (isGivenUp) name(`did not finish with an invocation event within ${limitMs / 1000} s, and is told of no more.`);
    else name(`failed at an invocation event: ${message} It is told of what comes all the same; this is said once.`);
  }

  return {
    tell(event: InvocationNews): void {
      if (isGivenUp) return;
      if (waiting >= maxWaiting) {
        name('is too slow for what happens, and misses invocation events.');
        return;
      }
      waiting += 1;
      work = work
        .then(() => run(event))
        .catch((error: unknown) => name(`failed at an invocation event: ${error}`))
        .finally(() => {
          waiting -= 1;
        });
    },
    idle: () => work,
  };
}

function newsOf(event: LiveEvent): InvocationNews | undefined {
  switch (event.type) {
    case 'invocation-started': {
      const { function: id, invocationId, requestId, environmentId, receivedAt } = event;
      return { type: 'started', function: id, invocationId, requestId, environmentId, receivedAt };
    }
    case 'output': {
      const { function: id, environmentId, requestId, stream, text } = event;
      return { type: 'output', function: id, environmentId, requestId, stream, text };
    }
    case 'invocation-finished': {
      const { function: id, invocationId, requestId, environmentId, end, error, file, timings, finishedAt } = event;
      const common = { function: id, invocationId, requestId, environmentId };
      return { type: 'finished', ...common, end, error, file, timings, finishedAt };
    }
    default:
      return undefined;
  }
}
