/**
 * What goes wrong, and how often. A share lies between 0 (never) and 1 (always), times are milliseconds, and 0 turns a
 * fault off.
 */
export interface FaultSettings {
  /** Share of deliveries that never arrive. */
  readonly dropShare: number;
  /** Share of deliveries that arrive twice. */
  readonly duplicateShare: number;
  /** Share of deliveries that are held back, so that later ones overtake them. */
  readonly reorderShare: number;
  /** The longest time that a delivery is held back; each one's is drawn evenly between 0 and this. */
  readonly reorderMs: number;
  /** Share of deliveries in which one bit of the event is another; the event stays valid JSON. */
  readonly corruptShare: number;
  /** Share of publish requests that are refused with `LimitExceededError`. */
  readonly throttleShare: number;
  /** Share of publish requests that are done and never answered. */
  readonly swallowShare: number;
  /** Share of publish requests that are answered with success and never delivered. */
  readonly loseShare: number;
  /** The namespaces whose deliveries and publish requests the faults above concern; all of them where undefined. */
  readonly namespaces: readonly string[] | undefined;
  /** Added to everything that crosses the network once, between a client and the service, in either direction. */
  readonly hopMs: number;
  /** The longest time that is added to that; each is drawn evenly. One connection still keeps its order. */
  readonly hopJitterMs: number;
  /** The mean time after which a WebSocket is cut, drawn for each one. */
  readonly disconnectEveryMs: number;
  /** The mean time after which a WebSocket goes silent while its TCP connection stays up, drawn for each one. */
  readonly halfOpenEveryMs: number;
  /** Share of WebSocket connects that are refused. */
  readonly refuseShare: number;
  /** How a connect is refused: by a `connection_error` that says throttled, or by an end of the TCP connection. */
  readonly refuseWith: 'connection-error' | 'tcp';
  /** The longest time after `subscribe_success` in which a subscription is given nothing; each one's is drawn evenly. */
  readonly activationMs: number;
  /** How far the clock that signatures are checked by is ahead of the right one; behind it where negative. */
  readonly clockSkewMs: number;
}

export const noFaults: FaultSettings = {
  dropShare: 0,
  duplicateShare: 0,
  reorderShare: 0,
  reorderMs: 200,
  corruptShare: 0,
  throttleShare: 0,
  swallowShare: 0,
  loseShare: 0,
  namespaces: undefined,
  hopMs: 0,
  hopJitterMs: 0,
  disconnectEveryMs: 0,
  halfOpenEveryMs: 0,
  refuseShare: 0,
  refuseWith: 'connection-error',
  activationMs: 0,
  clockSkewMs: 0,
};

const problemOf = (name: string, value: number): string | undefined => {
  if (!Number.isFinite(value)) return `must be a finite number, and is ${value}`;
  if (name.endsWith('Share') && (value < 0 || value > 1)) return `is a share between 0 and 1, and is ${value}`;
  return value < 0 && name !== 'clockSkewMs' ? `is a time of 0 ms or more, and is ${value}` : undefined;
};

/** Changes what is named and leaves the rest. @throws RangeError naming what is no share or no time. */
export const changeFaults = (settings: FaultSettings, changes: Partial<FaultSettings>): FaultSettings => {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in noFaults)) throw new RangeError(`There is no fault setting "${name}".`);
    const problem = typeof value === 'number' ? problemOf(name, value) : undefined;
    if (problem !== undefined) throw new RangeError(`The fault setting ${name} ${problem}.`);
  }
  return { ...settings, ...changes };
};
