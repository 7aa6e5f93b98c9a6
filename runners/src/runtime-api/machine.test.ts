import { describe, expect, it } from 'vitest';
import type { Outcome } from '../invocation.ts';
import { INITIAL_MACHINE, type RuntimeApiInput, type RuntimeApiStep, stepRuntimeApi } from './machine.ts';

const POSTED: Outcome = { type: 'response', headers: {}, body: Buffer.from('1') };
const INIT_ERROR: Outcome = { type: 'error', origin: 'init', headers: {}, body: Buffer.from('{"errorType":"X"}') };

const started: RuntimeApiInput = { type: 'process-started' };
const next: RuntimeApiInput = { type: 'next' };
const invoke = (requestId = 'a', takesStream = false): RuntimeApiInput => ({ type: 'invoke', requestId, takesStream });
const begins = (requestId = 'a', kind: 'response' | 'error' = 'response', mode?: string): RuntimeApiInput => ({
  type: 'answer-begins',
  requestId,
  kind,
  mode,
});
const ends = (requestId = 'a'): RuntimeApiInput => ({
  type: 'answer-ends',
  requestId,
  answer: { type: 'complete', outcome: POSTED },
});
const initError: RuntimeApiInput = { type: 'init-error', answer: { type: 'complete', outcome: INIT_ERROR } };
const exited = (code: number): RuntimeApiInput => ({ type: 'process-ended', end: { type: 'exited', code } });
const killed: RuntimeApiInput = { type: 'process-ended', end: { type: 'signalled', signal: 'SIGKILL' } };
const deadline = (requestId = 'a', timeoutMs = 1000): RuntimeApiInput => ({ type: 'deadline', requestId, timeoutMs });

/** The last of these steps. */
function run(...inputs: readonly RuntimeApiInput[]): RuntimeApiStep {
  let step: RuntimeApiStep = { machine: INITIAL_MACHINE, verdict: { type: 'none' }, effects: [] };
  for (const input of inputs) step = stepRuntimeApi(step.machine, input);
  return step;
}

function refusal(step: RuntimeApiStep): {
  readonly status: number;
  readonly errorType: string;
  readonly errorMessage: string;
} {
  if (step.verdict.type !== 'reply') throw new Error(`not a reply: ${step.verdict.type}`);
  return { status: step.verdict.reply.status, ...JSON.parse(step.verdict.reply.body) };
}

function settled(step: RuntimeApiStep): Outcome {
  const effect = step.effects.find((candidate) => candidate.type === 'settle');
  if (effect?.type !== 'settle') throw new Error('nothing was settled');
  return effect.outcome;
}

function settledJson(step: RuntimeApiStep): unknown {
  return JSON.parse(Buffer.from(settled(step).body).toString());
}

describe('handing over an invocation', () => {
  it('gives a waiting invocation to the runtime that asks for one', () => {
    const step = run(started, invoke('a'), next);
    expect(step.effects).toEqual([{ type: 'hand-over', requestId: 'a' }]);
    expect(step.machine.state).toBe('Running');
  });

  it('keeps the poll of a runtime open until there is an invocation', () => {
    expect(run(started, next)).toMatchObject({ verdict: { type: 'park' }, effects: [], machine: { state: 'Ready' } });
    expect(run(started, next, invoke('a')).effects).toEqual([{ type: 'hand-over', requestId: 'a' }]);
  });

  it('waits with the second invocation until the runtime has finished the first', () => {
    const answered = run(started, next, invoke('a'), begins('a'), ends('a'), invoke('b'));
    expect(answered.effects).toEqual([]);
    expect(stepRuntimeApi(answered.machine, next).effects).toEqual([{ type: 'hand-over', requestId: 'b' }]);
  });

  it('gives the same invocation again to a runtime that asks while it runs one', () => {
    expect(run(started, next, invoke('a'), next).effects).toEqual([{ type: 'hand-over', requestId: 'a' }]);
  });
});

describe('answering', () => {
  it('settles the invocation with what was posted and accepts it', () => {
    const step = run(started, next, invoke('a'), begins('a'), ends('a'));
    expect(settled(step)).toBe(POSTED);
    expect(step.verdict).toMatchObject({ reply: { status: 202, body: '{"status":"OK"}\n' } });
  });

  it.each([
    ['before any invocation', [started, begins('a')]],
    ['with the id of another invocation', [started, next, invoke('a'), begins('b')]],
    ['after its time was over', [started, next, invoke('a'), deadline('a'), begins('a')]],
    ['when its time was over during the upload', [started, next, invoke('a'), begins('a'), deadline('a'), ends('a')]],
  ])('refuses an answer %s', (_when, inputs) => {
    expect(refusal(run(...inputs))).toEqual({
      status: 400,
      errorType: 'InvalidRequestID',
      errorMessage: 'Invalid request ID',
    });
  });

  it('refuses a second answer and says from which state to which', () => {
    const answered = [started, next, invoke('a'), begins('a'), ends('a')];
    expect(refusal(run(...answered, begins('a')))).toEqual({
      status: 403,
      errorType: 'InvalidStateTransition',
      errorMessage:
        'State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed',
    });
    expect(refusal(run(...answered, begins('a', 'error'))).errorMessage).toContain('to InvocationErrorResponse failed');
  });

  it('refuses a response mode other than streaming, which ends the invocation', () => {
    const step = run(started, next, invoke('a'), begins('a', 'response', 'foo'));
    expect(refusal(step)).toMatchObject({ status: 400, errorType: 'InvalidFunctionResponseMode' });
    expect(settledJson(step)).toMatchObject({ errorType: 'Runtime.InvalidResponseModeHeader' });
    expect(run(started, next, invoke('a'), begins('a', 'response', 'streaming')).verdict).toEqual({
      type: 'read-body',
    });
  });

  it.each([
    ['uploads an answer', [started, next, invoke('a'), begins('a'), next], 'InvocationResponse'],
    ['was never started', [next], 'Stopped'],
    ['reported that it cannot start', [started, initError, next], 'InitError'],
  ])('hands nothing to a runtime that %s', (_what, inputs, from) => {
    expect(refusal(run(...inputs))).toMatchObject({
      status: 403,
      errorMessage: `State transition from ${from} to Ready failed for runtime. Error: State transition is not allowed`,
    });
  });

  it('gives an answer above the limit the words of Lambda, in their order', () => {
    const answer = { type: 'too-large' } as const;
    const step = run(started, next, invoke('a'), begins('a'), { type: 'answer-ends', requestId: 'a', answer });
    expect(Buffer.from(settled(step).body).toString()).toBe(
      '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}',
    );
    expect(refusal(step)).toEqual({
      status: 413,
      errorType: 'RequestEntityTooLarge',
      errorMessage: 'Exceeded maximum allowed payload size (6291556 bytes).',
    });
  });
});

describe('a process that ends', () => {
  it.each([
    [exited(0), 'RequestId: a Error: Runtime exited without providing a reason'],
    [exited(127), 'RequestId: a Error: Runtime exited with error: exit status 127'],
    [killed, 'RequestId: a Error: Runtime exited with error: signal: killed'],
    [
      { type: 'process-ended', end: { type: 'signalled', signal: 'SIGABRT' } } as const,
      'RequestId: a Error: Runtime exited with error: signal: aborted (core dumped)',
    ],
  ])('answers the invocation that it ran (%j)', (end, errorMessage) => {
    const step = run(started, next, invoke('a'), end);
    expect(settledJson(step)).toEqual({ errorType: 'Runtime.ExitError', errorMessage });
    expect(settled(step)).toMatchObject({ origin: 'exit' });
  });

  it('answers the invocation that waited for its start', () => {
    expect(settledJson(run(started, invoke('a'), exited(7)))).toMatchObject({
      errorMessage: 'RequestId: a Error: Runtime exited with error: exit status 7',
    });
  });

  it('leaves an invocation that it had not taken to the next process', () => {
    const step = run(started, next, invoke('a'), begins('a'), ends('a'), invoke('b'), exited(1));
    expect(step.effects).toEqual([]);
    expect(step.machine).toMatchObject({ state: 'Stopped', waitingId: 'b' });
  });

  it('harms nobody after its answer or between invocations', () => {
    expect(run(started, next, exited(1)).effects).toEqual([]);
    expect(run(started, next, invoke('a'), begins('a'), ends('a'), exited(1)).effects).toEqual([]);
  });

  it('truncates the answer that it was sending', () => {
    expect(settledJson(run(started, next, invoke('a'), begins('a'), killed))).toMatchObject({
      errorType: 'Runtime.TruncatedResponse',
    });
  });

  it('answers as an invalid entry point where it could not be started', () => {
    const end: RuntimeApiInput = { type: 'process-ended', end: { type: 'not-started', reason: 'no such command' } };
    const step = run(started, invoke('a'), end);
    expect(settled(step)).toMatchObject({ origin: 'launch' });
    expect(settledJson(step)).toEqual({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: 'RequestId: a Error: no such command',
    });
  });
});

describe('a failed initialisation', () => {
  it('is the outcome of the invocation that waits, with what was posted and not with the exit', () => {
    expect(settled(run(started, invoke('a'), initError, exited(1)))).toBe(INIT_ERROR);
  });

  it('is kept for the next invocation where none waits, and for that one only', () => {
    const failed = run(started, initError, exited(1), invoke('a'));
    expect(settled(failed)).toBe(INIT_ERROR);
    const again = stepRuntimeApi(failed.machine, invoke('b'));
    expect(again.effects).toEqual([]);
    expect(again.machine.waitingId).toBe('b');
  });

  it('is refused once the runtime has asked for an invocation', () => {
    expect(refusal(run(started, next, initError))).toMatchObject({
      status: 403,
      errorMessage:
        'State transition from Ready to InitError failed for runtime. Error: State transition is not allowed',
    });
  });

  it('that took too long leaves no outcome behind', () => {
    const step = run(started, { type: 'init-timed-out' });
    expect(step.effects).toEqual([{ type: 'kill' }]);
    expect(stepRuntimeApi(step.machine, killed).machine.initFailure).toBeUndefined();
  });

  it('may take longer while an invocation waits, whose deadline counts', () => {
    expect(run(started, invoke('a'), { type: 'init-timed-out' }).effects).toEqual([]);
  });
});

describe('the deadline', () => {
  it.each([
    ['while the handler runs', [started, next, invoke('a')]],
    ['while the answer is uploaded', [started, next, invoke('a'), begins('a')]],
    ['while the function still initialises', [started, invoke('a')]],
  ])('%s is a timeout and kills the process', (_when, inputs) => {
    const step = run(...inputs, deadline('a', 1500));
    expect(settledJson(step)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: a Error: Task timed out after 1.50 seconds',
    });
    expect(step.effects.at(-1)).toEqual({ type: 'kill' });
    expect(stepRuntimeApi(step.machine, killed).effects).toEqual([]);
  });

  it('kills a runtime that answered but never came back, without another outcome', () => {
    expect(run(started, next, invoke('a'), begins('a'), ends('a'), deadline('a')).effects).toEqual([{ type: 'kill' }]);
  });

  it('of an invocation that is over does nothing', () => {
    expect(run(started, next, invoke('a'), begins('a'), ends('a'), next, deadline('a')).effects).toEqual([]);
  });
});

describe('a runtime whose long poll is gone', () => {
  const pollLost: RuntimeApiInput = { type: 'poll-lost' };

  it('is not given an invocation, which waits until it asks again', () => {
    const waiting = run(started, next, pollLost, invoke());
    expect(waiting.machine).toMatchObject({ waitingId: 'a', currentId: undefined });
    expect(stepRuntimeApi(waiting.machine, next).effects).toEqual([{ type: 'hand-over', requestId: 'a' }]);
  });

  it('leaves the invocation to the next process if its own has ended', () => {
    const ended = run(started, next, pollLost, invoke(), exited(3));
    expect([ended.machine.state, ended.machine.waitingId, ended.effects]).toEqual(['Stopped', 'a', []]);
  });

  it('does not end what it was given before', () => {
    expect(run(started, next, invoke(), pollLost).machine).toMatchObject({ state: 'Running', currentId: 'a' });
  });
});
