import { emitKeypressEvents } from 'node:readline';
import type { Key } from './keys.ts';

/** The keyboard of a terminal, key by key instead of line by line. */
export interface KeyInput {
  /** Gives the terminal back for as long as the program is stopped (Ctrl-Z), and takes it again when it goes on. */
  suspend(): void;
  /** The terminal is as it was. */
  close(): void;
}

export interface KeyInputOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly onKey: (key: Key) => void;
  /** Before the program stops: what is drawn had better be taken away. */
  readonly onSuspend: () => void;
  readonly onResume: () => void;
}

/**
 * In raw mode the terminal sends Ctrl-C and Ctrl-Z as keys instead of signals: whoever is told of them has to do what
 * they are for. However the program ends, short of SIGKILL, the terminal is given back.
 */
export function openKeyInput({ stdin, onKey, onSuspend, onResume }: KeyInputOptions): KeyInput {
  const giveBack = () => void stdin.setRawMode(false);
  const listen = (_text: string | undefined, key: Key) => onKey(key);
  let isClosed = false;

  function take(): void {
    stdin.setRawMode(true);
    stdin.resume();
  }

  const goOn = () => {
    if (isClosed) return;
    take();
    onResume();
  };
  emitKeypressEvents(stdin);
  stdin.on('keypress', listen);
  process.on('exit', giveBack);
  take();
  return {
    suspend() {
      if (process.platform === 'win32') return;
      giveBack();
      onSuspend();
      process.once('SIGCONT', goOn);
      // The whole group, as a terminal does it: what started this program has to stop too.
      process.kill(0, 'SIGTSTP');
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      process.off('exit', giveBack);
      process.off('SIGCONT', goOn);
      stdin.off('keypress', listen);
      giveBack();
      stdin.pause();
    },
  };
}
