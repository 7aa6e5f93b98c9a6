import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** That somebody wants the demo to end. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** What a shell says of a program that such a signal ended (POSIX: greater than 128). */
  readonly exitCode: number;
}

/** Listens for signals, and for the end of the program that started this one where that left a channel open. */
export function listenForStop(): StopSignal {
  const controller = new AbortController();
  let reason: (typeof signals)[number] = 'SIGINT';
  const stop = (by: typeof reason) => {
    if (controller.signal.aborted) return;
    reason = by;
    controller.abort(new Error('The demo was stopped'));
  };
  for (const signal of signals) process.on(signal, () => stop(signal));
  process.on('disconnect', () => stop('SIGHUP'));
  // The channel only has to break; it must not keep the demo running.
  process.channel?.unref();
  // Whoever read the output may be gone too, and what was started is to be ended all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop('SIGHUP'));
  return {
    signal: controller.signal,
    get exitCode() {
      return 128 + constants.signals[reason];
    },
  };
}

/** Waits for something for as long as nobody stops the demo. @throws the signal's reason */
export async function untilStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stopped: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stopped = () => reject(signal.reason);
    signal.addEventListener('abort', stopped);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stopped) signal.removeEventListener('abort', stopped);
  }
}
