import { setTimeout as wait } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type Call, callAsynchronously, makeCall, type SoakFunction } from './calls.ts';
import { callers, drawOrder, drawPauseMs, smallOrder } from './orders.ts';
import type { AsynchronousCall } from './verdict.ts';

/** Everything that is called, and what came of it. */
export interface Traffic {
  readonly calls: readonly Call[];
  readonly asynchronous: readonly AsynchronousCall[];
  /** All callers call, one call after the other each. */
  flow(workMs: number): Promise<void>;
  /** A small call to each environment: results are kept until the next event says that they arrived. */
  settle(): Promise<void>;
}

/** Every so many calls one that nobody waits for. */
const asynchronousEvery = 40;

export function createTraffic(options: {
  readonly lambda: LambdaClient;
  /** The deployed name of a function. */
  readonly nameOf: (fn: SoakFunction) => string;
  readonly random: () => number;
  readonly signal: AbortSignal;
}): Traffic {
  const { lambda, nameOf, random, signal } = options;
  const calls: Call[] = [];
  const asynchronous: AsynchronousCall[] = [];
  let made = 0;
  const next = (): number => {
    made += 1;
    return made;
  };
  const callUntil = async (fn: SoakFunction, endMs: number): Promise<void> => {
    while (performance.now() < endMs && !signal.aborted) {
      const call = next();
      if (fn === 'Echo' && call % asynchronousEvery === 0) {
        const sentAt = Date.now();
        asynchronous.push({ requestId: await callAsynchronously(lambda, nameOf(fn), call), sentAt });
      }
      calls.push(await makeCall(lambda, nameOf(fn), drawOrder(call, fn, random)));
      await wait(drawPauseMs(random));
    }
  };
  return {
    calls,
    asynchronous,
    flow: async (workMs) => {
      const endMs = performance.now() + workMs;
      await Promise.all(callers.map((fn) => callUntil(fn, endMs)));
    },
    settle: async () => {
      for (let time = 0; time < 2; time++) {
        const orders = callers.map((fn) => smallOrder(next(), fn));
        calls.push(...(await Promise.all(orders.map((order) => makeCall(lambda, nameOf(order.fn), order)))));
      }
    },
  };
}
