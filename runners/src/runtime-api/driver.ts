import type { ServerResponse } from 'node:http';
import type { Answer, Invocation, Outcome, StreamedResponse } from '../invocation.ts';
import { writeInvocation } from './exchange.ts';
import {
  INITIAL_MACHINE,
  type InitFailure,
  type RuntimeApiEffect,
  type RuntimeApiInput,
  type RuntimeState,
  stepRuntimeApi,
  type Verdict,
} from './machine.ts';
import { exitOutcome, type ProcessEnd } from './outcomes.ts';
import type { ResponseStream } from './response-stream.ts';

/** The longest delay that `setTimeout` takes (32-bit signed milliseconds, about 24.8 days). */
const MAX_TIMER_MS = 2_147_483_647;

const KILLED: ProcessEnd = { type: 'signalled', signal: 'SIGKILL' };

export interface DriverOptions {
  readonly timeoutMs: number;
  readonly onKill: () => void;
  readonly onState?: (state: RuntimeState) => void;
  readonly onDeadline?: (requestId: string) => 'enforce' | 'let-run';
}

/** Carries out what the machine decides, with open polls, a timer for the deadline and the promise of an invocation. */
export interface Driver {
  readonly state: RuntimeState;
  readonly hasWaitingInvocation: boolean;
  /** As in `RuntimeApiServer`. */
  readonly initFailure: InitFailure | undefined;
  /** `poll` is the long poll that the input stands for, if it is one. */
  dispatch(input: RuntimeApiInput, poll?: ServerResponse): Verdict;
  /** A streamed answer comes when it is whole. */
  invoke(invocation: Invocation): Promise<Outcome>;
  /** A streamed answer comes when it begins. */
  invokeStreaming(invocation: Invocation): Promise<Answer>;
  /** The verdict was `read-stream`, and this is what is read. */
  streamBegins(requestId: string, headers: StreamedResponse['headers'], stream: ResponseStream): void;
  /** Answers what is open and whatever comes later as if the process had been killed. */
  abandon(): void;
}

interface OpenInvocation {
  readonly invocation: Invocation;
  /** Settles at the end, for a stream as for everything else. */
  readonly done: Promise<Outcome>;
  readonly resolve: (outcome: Outcome) => void;
  readonly onStream: ((response: StreamedResponse) => void) | undefined;
  stream?: ResponseStream;
}

export function createDriver({ timeoutMs, onKill, onState, onDeadline }: DriverOptions): Driver {
  let machine = INITIAL_MACHINE;
  let open: OpenInvocation | undefined;
  /** Goes on after the answer: a runtime that does not come back for more within that time is killed. */
  let deadline: { stop(): void } | undefined;
  let abandoned = false;
  const polls = createPolls(() => dispatch({ type: 'poll-lost' }));

  const perform = (effect: RuntimeApiEffect): void => {
    switch (effect.type) {
      case 'hand-over':
        if (open?.invocation.requestId === effect.requestId) polls.answer(open.invocation);
        break;
      case 'settle':
        if (open?.invocation.requestId === effect.requestId) settle(open, effect.outcome);
        break;
      case 'kill':
        onKill();
        break;
    }
  };
  const dispatch = (input: RuntimeApiInput, poll?: ServerResponse): Verdict => {
    const before = machine.state;
    const step = stepRuntimeApi(machine, input);
    machine = step.machine;
    if (step.verdict.type === 'park' && poll !== undefined) polls.add(poll);
    for (const effect of step.effects) perform(effect);
    if (machine.state !== before) onState?.(machine.state);
    return step.verdict;
  };
  const deadlineReached = (requestId: string): void => {
    if (onDeadline?.(requestId) !== 'let-run') dispatch({ type: 'deadline', requestId, timeoutMs });
  };
  const run = async (invocation: Invocation, onStream?: OpenInvocation['onStream']): Promise<Outcome> => {
    const { requestId } = invocation;
    if (open !== undefined) {
      throw new Error(`Invocation ${requestId} was given to an environment that is busy with another one`);
    }
    if (abandoned) return exitOutcome(requestId, KILLED);
    const entry = openInvocation(invocation, onStream);
    open = entry;
    deadline?.stop();
    deadline = startDeadline(invocation.deadlineMs, () => deadlineReached(requestId));
    try {
      dispatch({ type: 'invoke', requestId, takesStream: onStream !== undefined });
      return await entry.done;
    } finally {
      open = undefined;
    }
  };

  return {
    get state() {
      return machine.state;
    },
    get initFailure() {
      return machine.initFailure;
    },
    get hasWaitingInvocation() {
      return machine.waitingId !== undefined;
    },
    dispatch,
    invoke: (invocation) => run(invocation),
    invokeStreaming: (invocation) =>
      new Promise((resolve, reject) => {
        // What comes second, the end of a stream, is told by the stream itself.
        run(invocation, resolve).then(resolve, reject);
      }),
    streamBegins(requestId, headers, stream) {
      if (open?.invocation.requestId !== requestId) return stream.end();
      open.stream = stream;
      const ended = open.done.then((outcome) => (outcome.type === 'error' ? outcome : undefined));
      open.onStream?.({ type: 'stream', headers, body: stream.body, ended });
    },
    abandon() {
      abandoned = true;
      deadline?.stop();
      if (open !== undefined) settle(open, exitOutcome(open.invocation.requestId, KILLED));
    },
  };
}

function openInvocation(invocation: Invocation, onStream: OpenInvocation['onStream']): OpenInvocation {
  let resolve: (outcome: Outcome) => void = () => undefined;
  const done = new Promise<Outcome>((give) => {
    resolve = give;
  });
  return { invocation, done, resolve, onStream };
}

function settle(open: OpenInvocation, outcome: Outcome): void {
  open.resolve(outcome);
  open.stream?.end();
}

/** The long polls of a runtime that waits for an invocation. @param onLost the last one closed without an answer. */
function createPolls(onLost: () => void) {
  let parked: ServerResponse[] = [];
  return {
    add(poll: ServerResponse): void {
      parked.push(poll);
      poll.once('close', () => {
        if (!parked.includes(poll)) return;
        parked = parked.filter((other) => other !== poll);
        if (parked.length === 0) onLost();
      });
    },
    answer(invocation: Invocation): void {
      const poll = parked.shift();
      if (poll !== undefined) writeInvocation(poll, invocation);
    },
  };
}

/**
 * What the runtime has posted by its deadline is read first: Node looks at its timers before its sockets, and a machine
 * that was busy would else call a function late that was not.
 */
function startDeadline(deadlineMs: number, onDeadline: () => void): { stop(): void } {
  let timeout: NodeJS.Timeout | undefined;
  let afterReading: NodeJS.Immediate | undefined;
  const arm = (): void => {
    const remainingMs = Math.max(0, deadlineMs - Date.now());
    timeout = setTimeout(
      () => {
        if (remainingMs > MAX_TIMER_MS) arm();
        else afterReading = setImmediate(onDeadline);
      },
      Math.min(remainingMs, MAX_TIMER_MS),
    );
  };
  arm();
  return {
    stop: () => {
      clearTimeout(timeout);
      clearImmediate(afterReading);
    },
  };
}
