import type { Current, StubInvocation } from './stub-state.ts';
import {
  answerBeforeDeadlineMs,
  askAfterMs,
  nobodyHomeMs,
  nobodyHomeShare,
  nobodyHomeYoungMs,
  resendAfterMs,
  silenceMs,
  silenceShare,
  youngSubscriptionMs,
} from './timing.ts';

/** The subscription through which answers come. */
export interface SubscriptionFacts {
  /** When it was confirmed; undefined before. */
  readonly subscribedMs: number | undefined;
  /** Whether it has ever delivered anything: before that it may not have been activated yet. */
  readonly proved: boolean;
}

/** When the caller has to be answered, whatever is known by then. */
export function latestAnswerMs({ deadlineMs }: StubInvocation): number {
  return deadlineMs - answerBeforeDeadlineMs;
}

/** Until when a tunnel is looked for. */
export function patienceMs(
  invocation: StubInvocation,
  { subscribedMs, proved }: SubscriptionFacts,
  nowMs: number,
): number {
  const young = !proved && (subscribedMs === undefined || nowMs - subscribedMs < youngSubscriptionMs);
  const share = (invocation.deadlineMs - nowMs) * nobodyHomeShare;
  return Math.min(nowMs + Math.min(young ? nobodyHomeYoungMs : nobodyHomeMs, share), latestAnswerMs(invocation));
}

export function remainingMs(invocation: StubInvocation, nowMs: number): number {
  return Math.max(0, Math.floor(invocation.deadlineMs - nowMs));
}

/** An invocation that nothing was done about yet. */
export function seeking(id: Uint8Array, invocation: StubInvocation, giveUpMs: number): Current {
  return {
    id,
    invocation,
    state: 'seeking',
    giveUpMs,
    published: undefined,
    outbox: undefined,
    uploading: false,
    awaitingMs: undefined,
    nextAskMs: Number.POSITIVE_INFINITY,
    unanswered: 0,
    acceptedMs: undefined,
    asked: 0,
    stream: undefined,
    left: undefined,
    isBarred: false,
  };
}

/** Something new went out: from now on a sign of life is waited for. */
export function expectAnswer(waiting: Current, nowMs: number): void {
  waiting.awaitingMs = nowMs;
  waiting.unanswered = 0;
  waiting.nextAskMs = nowMs + resendAfterMs(1);
}

/** The tunnel has it, and may take its time. */
export function expectNothing(waiting: Current): void {
  waiting.awaitingMs = undefined;
  waiting.nextAskMs = (waiting.acceptedMs ?? 0) + askAfterMs(waiting.asked);
}

export function takenOver(waiting: Current, nowMs: number): void {
  waiting.state = 'accepted';
  waiting.acceptedMs = nowMs;
  waiting.asked = 0;
}

/** Any segment that could be opened is a sign of life: a long result takes long to arrive. */
export function heardOf(waiting: Current, nowMs: number, more: boolean): void {
  waiting.unanswered = 0;
  if (waiting.state === 'sent' || more) expectAnswer(waiting, nowMs);
  else if (waiting.state === 'accepted') expectNothing(waiting);
}

/** When the tunnel counts as silent. */
export function silenceOverMs(waiting: Current): number {
  if (waiting.awaitingMs === undefined) return Number.POSITIVE_INFINITY;
  const left = (waiting.invocation.deadlineMs - waiting.awaitingMs) * silenceShare;
  return waiting.awaitingMs + Math.min(silenceMs, left);
}

/** When something is due about it. @param helloMs when the next Hello is, where one is being said. */
export function nextDueMs(waiting: Current, helloMs: number): number {
  const latest = latestAnswerMs(waiting.invocation);
  if (waiting.state === 'seeking' || waiting.state === 'lost') return Math.min(waiting.giveUpMs, helloMs, latest);
  return waiting.uploading ? latest : Math.min(waiting.nextAskMs, silenceOverMs(waiting), latest);
}
