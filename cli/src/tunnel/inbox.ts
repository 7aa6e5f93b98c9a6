import { hostname, userInfo } from 'node:os';
import {
  type Channel,
  openTunnelLink,
  type Result,
  type TunnelInvocation,
  type TunnelLink,
} from '@live-lambda/protocol';
import type { Outcome } from '@live-lambda/runner';
import type { LiveApp, LocalFunction } from '../functions/live-functions.ts';
import type { Host, InvocationEnd } from '../host.ts';
import type { Sandboxes } from './sandboxes.ts';

export interface InboxOptions {
  readonly channel: Channel;
  readonly live: LiveApp;
  /** The functions of the API behind the channel, by construct path. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly sandboxes: Sandboxes;
  readonly host: Host;
  readonly release: string;
  readonly nowMs: () => number;
  readonly wallClockMs: () => number;
}

/** Takes what comes over one link to the processes, and their answers back. The only file that knows both sides. */
export function openInbox(options: InboxOptions): TunnelLink {
  const { functions, host, sandboxes, live } = options;
  const dropped = createDropCounter(host);

  async function run(invocation: TunnelInvocation): Promise<Pick<Result, 'headers' | 'outcome'>> {
    const { environment, invocationId, attach, headers, event } = invocation;
    const fn = functions.get(environment.hello.functionPath);
    // The link hands out nothing of an environment that was not admitted.
    if (!fn) throw new Error(`no function ${environment.hello.functionPath}`);
    const requestId = headers['lambda-runtime-aws-request-id'] ?? invocationId;
    const common = { function: fn.spec.id, invocationId, requestId, environmentId: environment.id };
    host.notify({ type: 'invocation-started', ...common, receivedAt: options.wallClockMs() });
    const deadlineMs = options.wallClockMs() + invocation.deadlineMs - options.nowMs();
    const { outcome, pid, startMs, runMs } = await sandboxes.execute(environment.id, fn, attach, {
      requestId,
      headers,
      event,
      deadlineMs,
    });
    host.notify({
      type: 'invocation-finished',
      ...common,
      end: endOf(outcome),
      error: errorOf(outcome),
      pid,
      file: fn.spec.entry,
      timings: { startMs, runMs },
      finishedAt: options.wallClockMs(),
    });
    return { headers: outcome.headers, outcome: { type: outcome.type, body: outcome.body } };
  }

  return openTunnelLink({
    channel: options.channel,
    app: live.app,
    session: live.session,
    release: options.release,
    owner: `${userInfo().username}@${hostname()}`,
    admit: ({ functionPath }) =>
      functions.has(functionPath) ? undefined : { reason: 'unknown-function', text: unknownText(functionPath) },
    events: {
      invoked: run,
      attached: (environment, attach) => {
        const fn = functions.get(environment.hello.functionPath);
        if (fn) sandboxes.warm(environment.id, fn, attach);
      },
      withdrawn: (_environment, invocationId) =>
        host.notify({
          type: 'note',
          level: 'warning',
          text: `The stub gave up on invocation ${invocationId.slice(0, 8)}: its caller was told so.`,
        }),
      refused: (hello, { text }) =>
        host.notify({ type: 'note', level: 'warning', text: `${hello.functionPath} in AWS was refused: ${text}` }),
      dropped,
      failed: (error) =>
        host.notify({ type: 'note', level: 'warning', text: `An answer could not be published: ${error.message}` }),
    },
  });
}

function unknownText(functionPath: string): string {
  const who = `${userInfo().username}@${hostname()}`;
  return `the tunnel of ${who} has no live function ${functionPath} in its manifest: synthesize and deploy the app again, then restart the tunnel`;
}

/** Tells of each kind of dropped message once, and again when it became ten, a hundred, a thousand times as many. */
function createDropCounter(host: Host): (reason: string) => void {
  const counts = new Map<string, number>();
  return (reason) => {
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    if (!/^10*$/.test(String(count))) return;
    const times = count === 1 ? 'A message was' : `${count} messages were`;
    host.notify({ type: 'note', level: 'info', text: `${times} dropped: ${reason}.` });
  };
}

function endOf(outcome: Outcome): InvocationEnd {
  if (outcome.type === 'response') return 'succeeded';
  if (outcome.origin === 'timeout') return 'timed-out';
  if (outcome.origin === 'exit') return 'crashed';
  return outcome.origin === 'launch' ? 'not-started' : 'failed';
}

function errorOf(outcome: Outcome) {
  if (outcome.type === 'response') return undefined;
  const { errorType, errorMessage } = parseError(outcome.body);
  return { errorType, errorMessage };
}

function parseError(body: Uint8Array): { readonly errorType: string; readonly errorMessage: string } {
  const text = Buffer.from(body).toString();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) {
      const { errorType, errorMessage } = parsed as Record<string, unknown>;
      return { errorType: String(errorType ?? 'Error'), errorMessage: String(errorMessage ?? '') };
    }
  } catch {
    // A runtime may post anything as its error.
  }
  return { errorType: 'Error', errorMessage: text };
}
