import { createProgress } from './progress.ts';

/** Where such a note is shown; the parts of `process.stderr` that are used. */
export interface NoteStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Back to the start of the line, and nothing to its end. Source: ECMA-48, "erase in line". */
const eraseLine = '\r\u001b[K';

/**
 * Says in a terminal what a command waits for, once that takes long, in a line that is gone when it is over. Elsewhere
 * nothing is said: what a program or a file gets is the answer alone.
 * @returns ends it; to be called before anything else is written
 */
export function noteWaiting(text: string, stream: NoteStream = process.stderr): () => void {
  if (stream.isTTY !== true) return () => undefined;
  let isShown = false;
  const progress = createProgress({
    onSlow: () => {
      isShown = true;
      stream.write(`… ${text}`);
    },
  });
  progress.begin('waiting', text);
  return () => {
    progress.close();
    if (isShown) stream.write(eraseLine);
    isShown = false;
  };
}
