import type { Outcome } from '../invocation.ts';
import {
  exitOutcome,
  invalidResponseModeOutcome,
  MAX_RESPONSE_BYTES,
  MAX_STREAMED_BYTES,
  type ProcessEnd,
  responseTooLargeOutcome,
  timeoutOutcome,
  truncatedOutcome,
} from './outcomes.ts';
import {
  ACCEPTED,
  INVALID_REQUEST_ID,
  INVALID_RESPONSE_MODE,
  invalidStateTransition,
  type Reply,
  TRUNCATED_REQUEST,
  tooLarge,
} from './replies.ts';

/**
 * The states of a runtime, named as Lambda's Runtime API server names them in its error texts.
 * `Stopped` is ours: no process may speak, because none was started, it ended, or its time is over.
 */
export type RuntimeState =
  | 'Stopped'
  | 'Started'
  | 'InitError'
  | 'Ready'
  | 'Running'
  | 'InvocationResponse'
  | 'InvocationErrorResponse'
  | 'RuntimeResponseSentState';

/** Why an initialisation failed: what the runtime posted, or how its process ended. */
export type InitFailure =
  | { readonly type: 'posted'; readonly outcome: Outcome }
  | { readonly type: 'ended'; readonly end: ProcessEnd };

/** Everything that the Runtime API of one environment has to remember. Bodies and sockets are the driver's. */
export interface RuntimeApiMachine {
  readonly state: RuntimeState;
  /** The invocation last handed to this process, the only one that it may answer. */
  readonly currentId: string | undefined;
  /** An invocation that the runtime has not asked for yet. */
  readonly waitingId: string | undefined;
  /** Kept for the invocation that comes next, if none waited. */
  readonly initFailure: InitFailure | undefined;
  /** Whether the invocation's answer may be passed on while it comes, and whether that is being done. */
  readonly streaming: 'not-taken' | 'taken' | 'begun';
}

export type AnswerKind = 'response' | 'error';

/** How the upload of an answer ended. */
export type ReceivedAnswer =
  | { readonly type: 'complete'; readonly outcome: Outcome }
  | { readonly type: 'too-large' }
  | { readonly type: 'truncated' };

export type RuntimeApiInput =
  | { readonly type: 'process-started' }
  | { readonly type: 'process-ended'; readonly end: ProcessEnd }
  /** Initialisation took longer than it may while no invocation waits: it is repeated inside the next one. */
  | { readonly type: 'init-timed-out' }
  | {
      readonly type: 'invoke';
      readonly requestId: string;
      /** Whether a streamed answer is passed on as it comes; if not, it is an answer like any other. */
      readonly takesStream: boolean;
    }
  | { readonly type: 'deadline'; readonly requestId: string; readonly timeoutMs: number }
  | { readonly type: 'next' }
  /** The runtime asks no more: no long poll is open. */
  | { readonly type: 'poll-lost' }
  | { readonly type: 'init-error'; readonly answer: ReceivedAnswer }
  | {
      readonly type: 'answer-begins';
      readonly requestId: string;
      readonly kind: AnswerKind;
      /** The header `Lambda-Runtime-Function-Response-Mode`, if sent. */
      readonly mode: string | undefined;
    }
  | { readonly type: 'answer-ends'; readonly requestId: string; readonly answer: ReceivedAnswer };

/** What the driver does besides replying. */
export type RuntimeApiEffect =
  | { readonly type: 'hand-over'; readonly requestId: string }
  | { readonly type: 'settle'; readonly requestId: string; readonly outcome: Outcome }
  /** The process is of no use any more: kill it. */
  | { readonly type: 'kill' };

/** How the driver goes on with the request that was the input. */
export type Verdict =
  | { readonly type: 'none' }
  | { readonly type: 'reply'; readonly reply: Reply }
  /** Keep the long poll open until an invocation is handed over. */
  | { readonly type: 'park' }
  | { readonly type: 'read-body' }
  /** Read it, and pass it on as it comes: a `settle` is from now on the end of a stream. */
  | { readonly type: 'read-stream' };

export interface RuntimeApiStep {
  readonly machine: RuntimeApiMachine;
  readonly verdict: Verdict;
  readonly effects: readonly RuntimeApiEffect[];
}

export const INITIAL_MACHINE: RuntimeApiMachine = {
  state: 'Stopped',
  currentId: undefined,
  waitingId: undefined,
  initFailure: undefined,
  streaming: 'not-taken',
};

/**
 * The one place that changes the state of a Runtime API.
 * Source of the rules: the Lambda Runtime API, version 2018-06-01, and the state machine of AWS's Runtime Interface Emulator.
 */
export function stepRuntimeApi(machine: RuntimeApiMachine, input: RuntimeApiInput): RuntimeApiStep {
  switch (input.type) {
    case 'process-started':
      return step({ ...machine, state: 'Started', currentId: undefined, initFailure: undefined });
    case 'process-ended':
      return processEnded(machine, input.end);
    case 'init-timed-out':
      return machine.state === 'Started' && machine.waitingId === undefined
        ? step({ ...machine, state: 'Stopped' }, NONE, [{ type: 'kill' }])
        : step(machine);
    case 'invoke':
      return invoke({ ...machine, streaming: input.takesStream ? 'taken' : 'not-taken' }, input.requestId);
    case 'deadline':
      return deadline(machine, input);
    case 'next':
      return next(machine);
    case 'poll-lost':
      // Its process is about to end, or asks again: what comes meanwhile waits for that, and is nobody's.
      return step(machine.state === 'Ready' ? { ...machine, state: 'RuntimeResponseSentState' } : machine);
    case 'init-error':
      return initError(machine, input.answer);
    case 'answer-begins':
      return answerBegins(machine, input);
    case 'answer-ends':
      return answerEnds(machine, input);
  }
}

const NONE: Verdict = { type: 'none' };

function step(
  machine: RuntimeApiMachine,
  verdict: Verdict = NONE,
  effects: readonly RuntimeApiEffect[] = [],
): RuntimeApiStep {
  return { machine, verdict, effects };
}

function refuse(machine: RuntimeApiMachine, to: RuntimeState): RuntimeApiStep {
  return step(machine, { type: 'reply', reply: invalidStateTransition(machine.state, to) });
}

function invoke(machine: RuntimeApiMachine, requestId: string): RuntimeApiStep {
  if (machine.state === 'Stopped' && machine.initFailure !== undefined) {
    const outcome = initOutcome(machine.initFailure, requestId);
    return step({ ...machine, initFailure: undefined }, NONE, [{ type: 'settle', requestId, outcome }]);
  }
  if (machine.state === 'Ready') {
    return step({ ...machine, state: 'Running', currentId: requestId }, NONE, [{ type: 'hand-over', requestId }]);
  }
  return step({ ...machine, waitingId: requestId });
}

function next(machine: RuntimeApiMachine): RuntimeApiStep {
  switch (machine.state) {
    case 'Started':
    case 'Ready':
    case 'RuntimeResponseSentState':
      if (machine.waitingId === undefined) return step({ ...machine, state: 'Ready' }, { type: 'park' });
      return step(
        { ...machine, state: 'Running', currentId: machine.waitingId, waitingId: undefined },
        { type: 'park' },
        [{ type: 'hand-over', requestId: machine.waitingId }],
      );
    case 'Running':
      // A runtime that lost the connection while it took the event asks again and gets the same one.
      return machine.currentId === undefined
        ? refuse(machine, 'Ready')
        : step(machine, { type: 'park' }, [{ type: 'hand-over', requestId: machine.currentId }]);
    case 'Stopped':
    case 'InitError':
    case 'InvocationResponse':
    case 'InvocationErrorResponse':
      return refuse(machine, 'Ready');
  }
}

function initError(machine: RuntimeApiMachine, answer: ReceivedAnswer): RuntimeApiStep {
  if (machine.state !== 'Started') return refuse(machine, 'InitError');
  switch (answer.type) {
    case 'complete':
      return step(
        { ...machine, state: 'InitError', initFailure: { type: 'posted', outcome: answer.outcome } },
        { type: 'reply', reply: ACCEPTED },
      );
    case 'too-large':
      return step(
        {
          ...machine,
          state: 'InitError',
          initFailure: { type: 'posted', outcome: responseTooLargeOutcome(MAX_RESPONSE_BYTES) },
        },
        { type: 'reply', reply: tooLarge(MAX_RESPONSE_BYTES) },
      );
    case 'truncated':
      return step(machine, { type: 'reply', reply: TRUNCATED_REQUEST });
  }
}

function answerBegins(
  machine: RuntimeApiMachine,
  input: Extract<RuntimeApiInput, { type: 'answer-begins' }>,
): RuntimeApiStep {
  const { requestId, kind, mode } = input;
  // The request id is looked at before the state, as in Lambda: an unknown id is a 400 in every state.
  if (machine.currentId === undefined || requestId !== machine.currentId) {
    return step(machine, { type: 'reply', reply: INVALID_REQUEST_ID });
  }
  const to = kind === 'response' ? 'InvocationResponse' : 'InvocationErrorResponse';
  if (machine.state !== 'Running') return refuse(machine, to);
  if (kind === 'response' && mode !== undefined && mode !== 'streaming') {
    return step({ ...machine, state: 'RuntimeResponseSentState' }, { type: 'reply', reply: INVALID_RESPONSE_MODE }, [
      { type: 'settle', requestId, outcome: invalidResponseModeOutcome(requestId, mode) },
    ]);
  }
  if (mode === 'streaming' && machine.streaming === 'taken') {
    return step({ ...machine, state: to, streaming: 'begun' }, { type: 'read-stream' });
  }
  return step({ ...machine, state: to }, { type: 'read-body' });
}

function answerEnds(
  machine: RuntimeApiMachine,
  input: Extract<RuntimeApiInput, { type: 'answer-ends' }>,
): RuntimeApiStep {
  const { requestId, answer } = input;
  const uploading = machine.state === 'InvocationResponse' || machine.state === 'InvocationErrorResponse';
  if (requestId !== machine.currentId || !uploading) {
    return step(machine, { type: 'reply', reply: INVALID_REQUEST_ID });
  }
  const answered: RuntimeApiMachine = { ...machine, state: 'RuntimeResponseSentState' };
  switch (answer.type) {
    case 'complete':
      return step(answered, { type: 'reply', reply: ACCEPTED }, [
        { type: 'settle', requestId, outcome: answer.outcome },
      ]);
    case 'too-large': {
      const maxBytes = machine.streaming === 'begun' ? MAX_STREAMED_BYTES : MAX_RESPONSE_BYTES;
      return step(answered, { type: 'reply', reply: tooLarge(maxBytes) }, [
        { type: 'settle', requestId, outcome: responseTooLargeOutcome(maxBytes) },
      ]);
    }
    case 'truncated':
      return step(answered, { type: 'reply', reply: TRUNCATED_REQUEST }, [
        { type: 'settle', requestId, outcome: truncatedOutcome(requestId) },
      ]);
  }
}

function deadline(machine: RuntimeApiMachine, input: Extract<RuntimeApiInput, { type: 'deadline' }>): RuntimeApiStep {
  const { requestId, timeoutMs } = input;
  const errorType = machine.streaming === 'begun' ? 'Sandbox.Timeout' : 'Sandbox.Timedout';
  const timedOut: RuntimeApiEffect = {
    type: 'settle',
    requestId,
    outcome: timeoutOutcome({ requestId, timeoutMs, errorType }),
  };
  if (machine.waitingId === requestId) {
    return step(
      { ...machine, state: 'Stopped', currentId: undefined, waitingId: undefined, initFailure: undefined },
      NONE,
      [timedOut, { type: 'kill' }],
    );
  }
  if (machine.currentId !== requestId) return step(machine);
  switch (machine.state) {
    case 'Running':
    case 'InvocationResponse':
    case 'InvocationErrorResponse':
      return step({ ...machine, state: 'Stopped', currentId: undefined }, NONE, [timedOut, { type: 'kill' }]);
    case 'RuntimeResponseSentState':
      // Answered, but the runtime did not come back for more within the function's time: Lambda resets it.
      return step({ ...machine, state: 'Stopped', currentId: undefined }, NONE, [{ type: 'kill' }]);
    case 'Stopped':
    case 'Started':
    case 'InitError':
    case 'Ready':
      return step(machine);
  }
}

function processEnded(machine: RuntimeApiMachine, end: ProcessEnd): RuntimeApiStep {
  const { state, currentId } = machine;
  const stopped: RuntimeApiMachine = { ...machine, state: 'Stopped', currentId: undefined };
  switch (state) {
    case 'Started':
      return initEnded(stopped, { type: 'ended', end });
    case 'InitError':
      return initEnded(stopped, machine.initFailure ?? { type: 'ended', end });
    case 'Running':
      return currentId === undefined
        ? step(stopped)
        : step(stopped, NONE, [{ type: 'settle', requestId: currentId, outcome: exitOutcome(currentId, end) }]);
    case 'InvocationResponse':
    case 'InvocationErrorResponse':
      return currentId === undefined
        ? step(stopped)
        : step(stopped, NONE, [{ type: 'settle', requestId: currentId, outcome: truncatedOutcome(currentId) }]);
    case 'Stopped':
    case 'Ready':
    case 'RuntimeResponseSentState':
      return step(stopped);
  }
}

function initEnded(stopped: RuntimeApiMachine, failure: InitFailure): RuntimeApiStep {
  const { waitingId } = stopped;
  if (waitingId === undefined) return step({ ...stopped, initFailure: failure });
  return step({ ...stopped, waitingId: undefined, initFailure: undefined }, NONE, [
    { type: 'settle', requestId: waitingId, outcome: initOutcome(failure, waitingId) },
  ]);
}

function initOutcome(failure: InitFailure, requestId: string): Outcome {
  return failure.type === 'posted' ? failure.outcome : exitOutcome(requestId, failure.end);
}
