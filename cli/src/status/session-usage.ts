import { connectionMinutePriceUsd, operationPriceUsd, operationsOf } from './prices.ts';

/** What went over AppSync Events for one function, stub and tunnel together, and what it did. */
export interface FunctionUsage {
  readonly invocations: number;
  readonly failures: number;
  /** Operations that AppSync bills. */
  readonly operations: number;
  /** Of events, as they are carried, once for each event. */
  readonly bytes: number;
}

/** What a session cost since its tunnel started, as this tunnel could see it. */
export interface SessionUsage extends FunctionUsage {
  /** US dollars, for operations and for the time of the tunnel's own connections. */
  readonly priceUsd: number;
  /** By construct path; what belongs to no function is in the sums alone. */
  readonly functions: Readonly<Record<string, FunctionUsage>>;
}

/** An event on a channel. */
export interface Traffic {
  /** To and from a stub: billed as published, and as delivered once. To and from tunnels: each way by itself. */
  readonly direction: 'to-stub' | 'from-stub' | 'to-tunnels' | 'from-tunnels';
  /** Undefined for what is of no environment. */
  readonly environmentId: string | undefined;
  /** Of its text. */
  readonly eventBytes: number;
}

export interface UsageCounter {
  traffic(traffic: Traffic): void;
  /** An environment is of a function; what went to and fro before counts too. */
  belongs(environmentId: string, functionId: string): void;
  finished(functionId: string, failed: boolean): void;
  /** A connection of this tunnel with one subscription stands, since then in epoch milliseconds. */
  connected(sinceMs: number): void;
  read(nowMs: number): SessionUsage;
}

interface Amounts {
  operations: number;
  bytes: number;
}

/** More are counted in the sums alone: anybody who may publish can name as many as they like. */
const maxEnvironments = 2000;
/** A stub connects and subscribes once for each environment. */
const operationsOfEnvironment = 2;
const operationsOfConnection = 2;

/** Counts what AppSync bills. Repeated publishes that the channel makes by itself are not seen here. */
export function createUsageCounter(): UsageCounter {
  const byEnvironment = new Map<string, Amounts>();
  const functionOf = new Map<string, string>();
  const outcomes = new Map<string, { invocations: number; failures: number }>();
  const total: Amounts = { operations: 0, bytes: 0 };
  const connections: number[] = [];

  const amountsOf = (environmentId: string | undefined): Amounts | undefined => {
    if (environmentId === undefined) return undefined;
    const known = byEnvironment.get(environmentId);
    if (known || byEnvironment.size >= maxEnvironments) return known;
    const amounts = { operations: operationsOfEnvironment, bytes: 0 };
    total.operations += operationsOfEnvironment;
    byEnvironment.set(environmentId, amounts);
    return amounts;
  };

  return {
    traffic({ direction, environmentId, eventBytes }) {
      const times = direction === 'to-stub' || direction === 'from-stub' ? 2 : 1;
      for (const amounts of [total, amountsOf(environmentId)]) {
        if (!amounts) continue;
        amounts.operations += times * operationsOf(eventBytes);
        amounts.bytes += eventBytes;
      }
    },
    belongs(environmentId, functionId) {
      if (byEnvironment.has(environmentId)) functionOf.set(environmentId, functionId);
    },
    finished(functionId, failed) {
      const { invocations, failures } = outcomes.get(functionId) ?? { invocations: 0, failures: 0 };
      outcomes.set(functionId, { invocations: invocations + 1, failures: failures + (failed ? 1 : 0) });
    },
    connected(sinceMs) {
      connections.push(sinceMs);
      total.operations += operationsOfConnection;
    },
    read(nowMs) {
      const functions = functionUsage({ byEnvironment, functionOf, outcomes });
      const sum = (key: 'invocations' | 'failures') =>
        [...outcomes.values()].reduce((amount, outcome) => amount + outcome[key], 0);
      const minutes = connections.reduce((time, sinceMs) => time + Math.max(0, nowMs - sinceMs) / 60_000, 0);
      const priceUsd = total.operations * operationPriceUsd + minutes * connectionMinutePriceUsd;
      return { invocations: sum('invocations'), failures: sum('failures'), ...total, priceUsd, functions };
    },
  };
}

function functionUsage(counted: {
  readonly byEnvironment: ReadonlyMap<string, Amounts>;
  readonly functionOf: ReadonlyMap<string, string>;
  readonly outcomes: ReadonlyMap<string, { readonly invocations: number; readonly failures: number }>;
}): Record<string, FunctionUsage> {
  const usage = new Map<string, FunctionUsage>();
  const nothing: FunctionUsage = { invocations: 0, failures: 0, operations: 0, bytes: 0 };
  for (const [id, outcome] of counted.outcomes) usage.set(id, { ...nothing, ...outcome });
  for (const [environmentId, id] of counted.functionOf) {
    const { operations, bytes } = counted.byEnvironment.get(environmentId) ?? nothing;
    const known = usage.get(id) ?? nothing;
    usage.set(id, { ...known, operations: known.operations + operations, bytes: known.bytes + bytes });
  }
  return Object.fromEntries(usage);
}
