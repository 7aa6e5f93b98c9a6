import { randomInt } from 'node:crypto';
import type { EmulatorListener } from '../events.ts';
import { createFaultInjector, type FaultCounts, type FaultInjector } from '../faults/fault-injector.ts';
import { type FaultSettings, noFaults } from '../faults/fault-settings.ts';
import type { ServerCertificate } from '../http/loopback-server.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { KnownCredentials } from '../signature/credentials.ts';
import { type EventApiLimits, serviceLimits } from './limits.ts';
import { createMeter, type Meter } from './meter.ts';
import { createEventApiRegistry, type EventApiRegistry } from './registry.ts';

/** What goes wrong in Event APIs and with the clock, while an emulator runs. */
export interface EmulatorFaults {
  /** Makes the same decisions again, in the order in which they are asked for, when it is given to another emulator. */
  readonly seed: number;
  readonly settings: FaultSettings;
  /** How often each fault has struck until now. */
  readonly counts: FaultCounts;
  /** Changes what is named, from now on. @throws RangeError for a setting that is none */
  set(changes: Partial<FaultSettings>): void;
  /** Nothing goes wrong from now on; connections that are silent stay so. */
  clear(): void;
  /** Cuts every WebSocket, once. */
  disconnectAll(): void;
  /** Makes every WebSocket that is open go silent while its TCP connection stays up. */
  halfOpenAll(): void;
}

export interface EventApisOptions {
  readonly findCredentials: (accessKeyId: string) => KnownCredentials | undefined;
  readonly access: AccessControl;
  /** The clock in epoch milliseconds. */
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
  readonly escapesMarkup: boolean;
  readonly limits: Partial<EventApiLimits>;
  readonly faults: Partial<FaultSettings>;
  /** A whole number; another one each time if not given. */
  readonly seed: number | undefined;
  /** With it, the ports of Event APIs take TLS as well. */
  readonly tls?: ServerCertificate | undefined;
}

/** All Event APIs of an emulator, and what can be done to them. */
export interface EventApis {
  readonly registry: EventApiRegistry;
  readonly meter: Meter;
  readonly faults: EmulatorFaults;
  /** The clock that signatures are checked by, which may be wrong. */
  readonly signatureClock: () => number;
}

const seedCount = 2 ** 32;

const createControls = (injector: FaultInjector, registry: EventApiRegistry): EmulatorFaults => {
  const set = (changes: Partial<FaultSettings>): void => {
    injector.set(changes);
    registry.faultsChanged();
  };
  return {
    seed: injector.seed,
    get settings() {
      return injector.settings;
    },
    get counts() {
      return injector.counts;
    },
    set,
    clear: () => set(noFaults),
    disconnectAll: registry.disconnectAll,
    halfOpenAll: registry.halfOpenAll,
  };
};

export const createEventApis = (options: EventApisOptions): EventApis => {
  const { findCredentials, access, now, onEvent, escapesMarkup, tls } = options;
  const faults = createFaultInjector({
    seed: options.seed ?? randomInt(seedCount),
    settings: options.faults,
    onStruck: (struck) => onEvent({ type: 'fault-struck', ...struck }),
  });
  const meter = createMeter();
  const limits = { ...serviceLimits, ...options.limits };
  const signatureClock = (): number => now() + faults.settings.clockSkewMs;
  const registry = createEventApiRegistry({
    findCredentials,
    access,
    now: signatureClock,
    escapesMarkup,
    limits,
    faults,
    meter,
    onEvent,
    tls,
  });
  return { registry, meter, faults: createControls(faults, registry), signatureClock };
};
