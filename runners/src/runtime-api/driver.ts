import type { ServerResponse } from 'node:http';
import type { Invocation, Outcome } from '../invocation.ts';
import { writeInvocation } from './exchange.ts';
import {
  INITIAL_MACHINE,
  type RuntimeApiEffect,
  type RuntimeApiInput,
  type RuntimeState,
  stepRuntimeApi,
  type Verdict,
} from './machine.ts';
import { exitOutcome, type ProcessEnd } from './outcomes.ts';

/** The longest delay that `setTimeout` takes (32-bit signed milliseconds, about 24.8 days). */
const MAX_TIMER_MS = 2_147_483_647;

const KILLED: ProcessEnd = { type: 'signalled', signal: 'SIGKILL' };

export interface DriverOptions {
  readonly timeoutMs: number;
  readonly onKill: () => void;
  readonly onState?: (state: RuntimeState) => void;
}

/** Carries out what the machine decides, with open polls, a timer for the deadline and the promise of an invocation. */
export interface Driver {
  readonly state: RuntimeState;
  readonly hasWaitingInvocation: boolean;
  /** `poll` is the long poll that the input stands for, if it is one. */
  dispatch(input: RuntimeApiInput, poll?: ServerResponse): Verdict;
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Answers what is open and whatever comes later as if the process had been killed. */
  abandon(): void;
}

interface OpenInvocation {
  readonly invocation: Invocation;
  readonly resolve: (outcome: Outcome) => void;
}

export function createDriver({ timeoutMs, onKill, onState }: DriverOptions): Driver {
  let machine = INITIAL_MACHINE;
  let open: OpenInvocation | undefined;
  /** Goes on after the answer: a runtime that does not come back for more within that time is killed. */
  let deadline: { stop(): void } | undefined;
  let abandoned = false;
  const polls = createPolls();

  const perform = (effect: RuntimeApiEffect): void => {
    switch (effect.type) {
      case 'hand-over':
        // Without an open poll the invocation stays: the state is Running, and the next poll is given it.
        if (open?.invocation.requestId === effect.requestId) polls.answer(open.invocation);
        break;
      case 'settle':
        if (open?.invocation.requestId === effect.requestId) open.resolve(effect.outcome);
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
  const invoke = async (invocation: Invocation): Promise<Outcome> => {
    const { requestId } = invocation;
    if (open !== undefined) {
      throw new Error(`Invocation ${requestId} was given to an environment that is busy with another one`);
    }
    if (abandoned) return exitOutcome(requestId, KILLED);
    try {
      return await new Promise<Outcome>((resolve) => {
        deadline?.stop();
        deadline = startDeadline(invocation.deadlineMs, () => dispatch({ type: 'deadline', requestId, timeoutMs }));
        open = { invocation, resolve };
        dispatch({ type: 'invoke', requestId });
      });
    } finally {
      open = undefined;
    }
  };

  return {
    get state() {
      return machine.state;
    },
    get hasWaitingInvocation() {
      return machine.waitingId !== undefined;
    },
    dispatch,
    invoke,
    abandon() {
      abandoned = true;
      deadline?.stop();
      if (open !== undefined) open.resolve(exitOutcome(open.invocation.requestId, KILLED));
    },
  };
}

/** The long polls of a runtime that waits for an invocation. */
function createPolls() {
  let parked: ServerResponse[] = [];
  return {
    add(poll: ServerResponse): void {
      parked.push(poll);
      poll.once('close', () => {
        parked = parked.filter((other) => other !== poll);
      });
    },
    answer(invocation: Invocation): void {
      const poll = parked.shift();
      if (poll !== undefined) writeInvocation(poll, invocation);
    },
  };
}

function startDeadline(deadlineMs: number, onDeadline: () => void): { stop(): void } {
  let timeout: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const remainingMs = Math.max(0, deadlineMs - Date.now());
    const onTimer = remainingMs > MAX_TIMER_MS ? arm : onDeadline;
    timeout = setTimeout(onTimer, Math.min(remainingMs, MAX_TIMER_MS));
  };
  arm();
  return { stop: () => clearTimeout(timeout) };
}
