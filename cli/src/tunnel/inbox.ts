import { hostname, userInfo } from 'node:os';
import {
  type Attach,
  type Channel,
  type Checked,
  type Namespaces,
  openTunnelLink,
  type RemoteEnvironment,
  StreamFailure,
  type TakeOver,
  type TunnelIdentity,
  type TunnelInvocation,
  type TunnelLink,
  type TunnelReply,
  type TunnelTrust,
  unknownEnvironmentReason,
} from '@live-lambda/protocol';
import type { Answer, ExecutionRequest, Executor, Outcome, StreamedResponse } from '@live-lambda/runner';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { Host } from '../host.ts';
import { describeEnd } from './invocation-end.ts';
import { notRun } from './not-run.ts';
import { createDropCounter, createIdentityTeller, createRefusalTeller } from './repeated-notes.ts';
import type { SharedSession } from './session-sharing.ts';
import type { StubVerifier } from './verify-stub.ts';

export interface InboxOptions {
  readonly channel: Channel;
  readonly namespaces: Namespaces;
  readonly app: string;
  readonly session: string;
  /** The live function of that construct path which calls over the channel, as it is described now. */
  readonly functionOf: (path: string) => LocalFunction | undefined;
  readonly executor: Pick<Executor, 'execute' | 'warm' | 'end'>;
  /** Says whether an Attach is by the function that it names. */
  readonly verifier: StubVerifier;
  /** Signs for this developer. */
  readonly identity: TunnelIdentity;
  /** Which other tunnels of the session are believed. */
  readonly trust: TunnelTrust;
  /** Told of the other tunnels of the session. */
  readonly shared: SharedSession;
  /** Another tunnel takes the session, of which it is told how many invocations run on here. */
  readonly onHandingOver: (to: TakeOver, unfinished: number) => void;
  /** Another tunnel has the session, and nothing runs here any more. */
  readonly onHandedOver: (to: TakeOver, finished: number) => void;
  /** Variables that the tunnel gives to a function's process, stronger than those of its environment in AWS. */
  readonly addedVariables: (fn: LocalFunction) => Readonly<Record<string, string>>;
  readonly host: Host;
  readonly release: string;
  readonly nowMs: () => number;
  readonly wallClockMs: () => number;
  /** Whether the tunnel is on its way out: what can no longer be published then is no news. */
  readonly isLeaving: () => boolean;
}

/** Another tunnel of the session has said by then that it is there, in milliseconds: it is asked thrice in 3 s. */
const othersKnownAfterMs = 5000;

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
  const { functionOf, host, executor } = options;
  /** By environment: one has an invocation at a time, and a later one takes the place of one that was given up. */
  const running = new Map<string, Running>();
  const warn = (text: string) => host.notify({ type: 'note', level: 'warning', text });
  const tellIdentity = createIdentityTeller(host);

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
    const fn = functionOf(environment.hello.functionPath);
    // It was admitted, and the app was synthesized without it since.
    if (!fn) {
      const text = unknownText(environment.hello.functionPath);
      warn(`An invocation was refused: ${text}.`);
      return notRun('LiveLambda.NotLive', `Function ${environment.hello.functionPath}: ${text}.`);
    }
    const requestId = headers['lambda-runtime-aws-request-id'] ?? invocationId;
    const common = { function: fn.spec.id, invocationId, requestId, environmentId: environment.id };
    host.notify({ type: 'invocation-started', ...common, receivedAt: options.wallClockMs() });
    const inAwsMs = deployedTimeoutMs(fn) - (invocation.deadlineMs - options.nowMs());
    const deadlineMs = options.wallClockMs() + invocation.deadlineMs - options.nowMs();
    const { answer, pid, startMs, runMs } = await executor.execute(requestOf(environment, fn, attach), {
      requestId,
      headers,
      event,
      deadlineMs,
      ...(fn.described.raisedTimeoutMs === undefined ? {} : { timeoutMs: fn.spec.timeoutMs }),
    });
    const answeredMs = options.nowMs();
    const tellEnd = (outcome: Outcome | undefined) =>
      host.notify({
        type: 'invocation-finished',
        ...common,
        ...describeEnd(outcome, entry.withdrawnWithMs),
        pid,
        file: fn.spec.entry,
        timings: { inAwsMs: Math.max(0, inAwsMs), startMs, runMs: runMs + options.nowMs() - answeredMs },
        finishedAt: options.wallClockMs(),
      });
    if (answer.type === 'stream') void answer.ended.then(tellEnd);
    else tellEnd(answer);
    return answer;
  }

  /** Nothing of an environment is believed before AWS has said whose credentials it sent. */
  async function check(environment: RemoteEnvironment, attach: Attach): Promise<Checked> {
    const fn = functionOf(environment.hello.functionPath);
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
    if (!verification.verified) return refuse(verification.text);
    if (verification.identity) tellIdentity(fn.spec.id, verification.identity);
    return { believed: true };
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

  const requestOf = (environment: RemoteEnvironment, fn: LocalFunction, attach: Attach): ExecutionRequest => ({
    environmentId: environment.id,
    fn: fn.spec,
    variables: { ...attach.variables, ...options.addedVariables(fn) },
    credentials: attach.credentials,
  });

  return openTunnelLink({
    channel: options.channel,
    namespaces: options.namespaces,
    app: options.app,
    session: options.session,
    release: options.release,
    owner: owner(),
    identity: options.identity,
    trust: options.trust,
    admit: ({ functionPath }) =>
      functionOf(functionPath) ? undefined : { reason: 'unknown-function', text: unknownText(functionPath) },
    events: {
      invoked: run,
      check,
      attached: (environment, attach) => {
        const fn = functionOf(environment.hello.functionPath);
        if (fn) executor.warm(requestOf(environment, fn, attach));
      },
      withdrawn: (environment, invocationId) => withdrawn(environment.id, invocationId),
      refused: createRefusalTeller(warn),
      rival: options.shared.rival,
      takeOver: options.shared.takeOver,
      takeOverRefused: options.shared.takeOverRefused,
      handingOver: options.onHandingOver,
      handedOver: options.onHandedOver,
      dropped: createDropTeller(options, createDropCounter(warn)),
      failed: (error) => {
        if (!options.isLeaving()) warn(`A message to a stub could not be published: ${error.message}`);
      },
    },
  });
}

/** Frames of environments that talk to another tunnel are no fault, nor are those of one that was there before this one. */
function createDropTeller(
  { shared, nowMs }: Pick<InboxOptions, 'shared' | 'nowMs'>,
  tell: (reason: string) => void,
): (reason: string) => void {
  const startMs = nowMs();
  return (reason) => {
    const isOthers = shared.hasOthers() || nowMs() - startMs < othersKnownAfterMs;
    if (reason !== unknownEnvironmentReason || !isOthers) tell(reason);
  };
}

/** The bytes of a streamed response, and at their end the failure, if it broke off. */
async function* streamOf({ body, ended }: StreamedResponse): AsyncGenerator<Uint8Array> {
  yield* body;
  const failure = await ended;
  if (failure) throw new StreamFailure(failure.body);
}

function deployedTimeoutMs({ described, spec }: LocalFunction): number {
  return described.raisedTimeoutMs ?? spec.timeoutMs;
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
  return `the tunnel has no live function ${functionPath} in its manifest: synthesize and deploy the app again, as it is now`;
}
