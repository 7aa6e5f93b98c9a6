import { hostname, userInfo } from 'node:os';
import {
  type Attach,
  type Channel,
  type Checked,
  openTunnelLink,
  type RemoteEnvironment,
  StreamFailure,
  type TunnelIdentity,
  type TunnelInvocation,
  type TunnelLink,
  type TunnelReply,
} from '@live-lambda/protocol';
import type { Answer, ExecutionRequest, Executor, Outcome, StreamedResponse } from '@live-lambda/runner';
import type { LiveApp, LocalFunction } from '../functions/live-functions.ts';
import type { Host } from '../host.ts';
import { describeEnd } from './invocation-end.ts';
import { notRun } from './not-run.ts';
import { createDropCounter, createRefusalTeller } from './repeated-notes.ts';
import type { StubVerifier } from './verify-stub.ts';

export interface InboxOptions {
  readonly channel: Channel;
  readonly live: LiveApp;
  /** The functions of the API behind the channel, by construct path. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly executor: Pick<Executor, 'execute' | 'warm' | 'end'>;
  /** Says whether an Attach is by the function that it names. */
  readonly verifier: StubVerifier;
  /** Signs for this developer. */
  readonly identity: TunnelIdentity;
  readonly host: Host;
  readonly release: string;
  readonly nowMs: () => number;
  readonly wallClockMs: () => number;
  /** Whether the tunnel is on its way out: what can no longer be published then is no news. */
  readonly isStopping: () => boolean;
}

/** The latest invocation of an environment, while it runs here. */
interface Running {
  readonly invocationId: string;
  /** On the clock of the link. */
  readonly deadlineMs: number;
  /** What remained of its time, in milliseconds, when its stub gave up on it. */
  withdrawnWithMs: number | undefined;
}

/** Takes what comes over one link to the processes, and their answers back. The only file that knows both sides. */
export function openInbox(options: InboxOptions): TunnelLink {
  const { functions, host, executor, live } = options;
  /** By environment: one has an invocation at a time, and a later one takes the place of one that was given up. */
  const running = new Map<string, Running>();
  const warn = (text: string) => host.notify({ type: 'note', level: 'warning', text });

  async function run(invocation: TunnelInvocation): Promise<TunnelReply> {
    const { environment, invocationId, deadlineMs } = invocation;
    const entry: Running = { invocationId, deadlineMs, withdrawnWithMs: undefined };
    running.set(environment.id, entry);
    const answer = await execute(invocation, entry).catch((error: unknown): Answer => {
      const reason = error instanceof Error ? error.message : String(error);
      const text = `Function ${environment.hello.functionPath}: the tunnel on the developer's machine failed: ${reason}`;
      warn(text);
      return notRun('LiveLambda.TunnelFailed', text);
    });
    const done = () => {
      if (running.get(environment.id) === entry) running.delete(environment.id);
    };
    if (answer.type === 'stream') {
      void answer.ended.then(done);
      return { headers: answer.headers, stream: streamOf(answer) };
    }
    done();
    const { headers, type, body } = answer;
    return { headers, outcome: { type, body } };
  }

  async function execute(invocation: TunnelInvocation, entry: Running): Promise<Answer> {
    const { environment, invocationId, attach, headers, event } = invocation;
    const fn = functions.get(environment.hello.functionPath);
    // The link hands out nothing of an environment that was not admitted.
    if (!fn) throw new Error('it has no such function');
    const requestId = headers['lambda-runtime-aws-request-id'] ?? invocationId;
    const common = { function: fn.spec.id, invocationId, requestId, environmentId: environment.id };
    host.notify({ type: 'invocation-started', ...common, receivedAt: options.wallClockMs() });
    const deadlineMs = options.wallClockMs() + invocation.deadlineMs - options.nowMs();
    const { answer, pid, startMs, runMs } = await executor.execute(requestOf(environment, fn, attach), {
      requestId,
      headers,
      event,
      deadlineMs,
    });
    const answeredMs = options.nowMs();
    const tellEnd = (outcome: Outcome | undefined) =>
      host.notify({
        type: 'invocation-finished',
        ...common,
        ...describeEnd(outcome, entry.withdrawnWithMs),
        pid,
        file: fn.spec.entry,
        timings: { startMs, runMs: runMs + options.nowMs() - answeredMs },
        finishedAt: options.wallClockMs(),
      });
    if (answer.type === 'stream') void answer.ended.then(tellEnd);
    else tellEnd(answer);
    return answer;
  }

  /** Nothing of an environment is believed before AWS has said whose credentials it sent. */
  async function check(environment: RemoteEnvironment, attach: Attach): Promise<Checked> {
    const fn = functions.get(environment.hello.functionPath);
    const refuse = (text: string): Checked => {
      warn(text);
      return { believed: false, errorType: 'LiveLambda.StubNotVerified', text };
    };
    if (!fn) return refuse(`${environment.hello.functionPath} is no live function of this tunnel.`);
    const { credentials } = attach;
    if (!credentials)
      return refuse(`Function ${fn.spec.id}: its execution environment sent no credentials of its role.`);
    const verification = await options.verifier.verify({
      environmentId: environment.id,
      fn: fn.described,
      credentials,
    });
    return verification.verified ? { believed: true } : refuse(verification.text);
  }

  function withdrawn(environmentId: string, invocationId: string): void {
    const entry = running.get(environmentId);
    if (entry?.invocationId !== invocationId) {
      warn(`The stub gave up on invocation ${invocationId.slice(0, 8)}: its caller was told so.`);
      return;
    }
    entry.withdrawnWithMs = entry.deadlineMs - options.nowMs();
    // The environment's next event may come at once, and needs a process that is free.
    executor.end(environmentId);
  }

  return openTunnelLink({
    channel: options.channel,
    app: live.app,
    session: live.session,
    release: options.release,
    owner: owner(),
    identity: options.identity,
    admit: ({ functionPath }) =>
      functions.has(functionPath) ? undefined : { reason: 'unknown-function', text: unknownText(functionPath) },
    events: {
      invoked: run,
      check,
      attached: (environment, attach) => {
        const fn = functions.get(environment.hello.functionPath);
        if (fn) executor.warm(requestOf(environment, fn, attach));
      },
      withdrawn: (environment, invocationId) => withdrawn(environment.id, invocationId),
      refused: createRefusalTeller(warn),
      dropped: createDropCounter(warn),
      failed: (error) => {
        if (!options.isStopping()) warn(`A message to a stub could not be published: ${error.message}`);
      },
    },
  });
}

function requestOf(environment: RemoteEnvironment, fn: LocalFunction, attach: Attach): ExecutionRequest {
  const { variables, credentials } = attach;
  return { environmentId: environment.id, fn: fn.spec, variables, credentials };
}

/** The bytes of a streamed response, and at their end the failure, if it broke off. */
async function* streamOf({ body, ended }: StreamedResponse): AsyncGenerator<Uint8Array> {
  yield* body;
  const failure = await ended;
  if (failure) throw new StreamFailure(failure.body);
}

/** Who runs this tunnel, for people. A user that has no name on this machine is its host alone. */
function owner(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname();
  }
}

function unknownText(functionPath: string): string {
  return `the tunnel has no live function ${functionPath} in its manifest: synthesize and deploy the app again, then restart the tunnel`;
}
