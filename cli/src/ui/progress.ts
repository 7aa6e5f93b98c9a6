/** Things that are waited for, by a key of the caller's. */
export interface Progress {
  begin(key: string, text: string): void;
  end(key: string): void;
  /** What is waited for now and since long enough to be told; undefined for nothing. */
  current(): string | undefined;
  /** Ends all. */
  close(): void;
}

export interface ProgressOptions {
  /** Something has lasted long enough to be told. */
  readonly onSlow: (text: string) => void;
}

/** Whoever waits for longer than this wants to know for what. In milliseconds. */
const slowAfterMs = 500;

export function createProgress({ onSlow }: ProgressOptions): Progress {
  const waiting = new Map<string, { readonly text: string; readonly timer: NodeJS.Timeout; slow: boolean }>();

  function end(key: string): void {
    clearTimeout(waiting.get(key)?.timer);
    waiting.delete(key);
  }

  return {
    begin(key, text) {
      end(key);
      const timer = setTimeout(() => {
        entry.slow = true;
        onSlow(text);
      }, slowAfterMs).unref();
      const entry = { text, timer, slow: false };
      waiting.set(key, entry);
    },
    end,
    current: () => [...waiting.values()].findLast(({ slow }) => slow)?.text,
    close() {
      for (const key of [...waiting.keys()]) end(key);
    },
  };
}
