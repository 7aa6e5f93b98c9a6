import type { LaunchPlan } from '../runner.ts';
import { canServe } from './launch-variables.ts';
import type { Sandbox } from './sandbox.ts';

/** Processes that wait without a function's code: one for a function at most, and a bounded number in all. */
export interface Spares {
  /** Whether the function has one that can serve this plan, held or about to be. */
  has(functionId: string, plan: LaunchPlan): boolean;
  /** Puts one in the place of the function's one before; gives up that of the function whose was put longest ago, if too many. */
  put(functionId: string, sandbox: Sandbox): void;
  /** Hands the function's spare over, if it waits and can serve this plan. */
  take(functionId: string, plan: LaunchPlan): Sandbox | undefined;
  /** Its process ended, or it is of no use. */
  drop(sandbox: Sandbox): void;
  dropAllOf(functionId: string): void;
  dropAll(): void;
}

export interface SparesOptions {
  readonly limit: number;
  readonly stop: (sandbox: Sandbox) => void;
}

export function createSpares({ limit, stop }: SparesOptions): Spares {
  /** In the order in which they were put. */
  const spares = new Map<string, Sandbox>();

  const dropAllOf = (functionId: string): void => {
    const sandbox = spares.get(functionId);
    spares.delete(functionId);
    if (sandbox !== undefined) stop(sandbox);
  };
  return {
    has: (functionId, plan) => {
      const sandbox = spares.get(functionId);
      return sandbox !== undefined && canServe(sandbox.plan, plan);
    },
    put(functionId, sandbox) {
      dropAllOf(functionId);
      spares.set(functionId, sandbox);
      for (const oldest of spares.keys()) if (spares.size > limit) dropAllOf(oldest);
    },
    take(functionId, plan) {
      const sandbox = spares.get(functionId);
      if (sandbox === undefined || !sandbox.environment.isHeld || !canServe(sandbox.plan, plan)) return undefined;
      spares.delete(functionId);
      return sandbox;
    },
    drop(sandbox) {
      if (spares.get(sandbox.fn.id) === sandbox) dropAllOf(sandbox.fn.id);
    },
    dropAllOf,
    dropAll() {
      for (const functionId of [...spares.keys()]) dropAllOf(functionId);
    },
  };
}
