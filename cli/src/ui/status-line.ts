/** The parts of a stream that are used; those of `process.stdout`. */
export interface TextStream {
  write: NodeJS.WriteStream['write'];
  readonly columns?: number | undefined;
}

/**
 * One line at the bottom of a terminal that is drawn again beneath everything that is written, so that nothing is lost:
 * whoever writes to the streams meanwhile, a plugin for example, writes above it.
 */
export interface StatusLine {
  /** @param text without line ends and colours; empty for none */
  show(text: string): void;
  /** Empties the screen and what was scrolled off. */
  clearScreen(): void;
  /** Takes the line away until {@link resume}: the terminal is somebody else's meanwhile. */
  suspend(): void;
  resume(): void;
  /** Takes the line away, and leaves the streams as they were. */
  close(): void;
}

export interface StatusLineOptions {
  /** Where the line is. */
  readonly stdout: TextStream;
  /** Streams of the same terminal. */
  readonly others: readonly TextStream[];
  readonly style: (text: string) => string;
}

/** For a terminal that does not say how wide it is; as the first ones were (DEC VT100). */
const defaultColumns = 80;

// Source: ECMA-48, "erase in line", "erase in page" and "cursor position"; 3J is of xterm.
const eraseLine = '\r\u001b[2K';
const eraseScreen = '\u001b[2J\u001b[3J\u001b[H';

export function createStatusLine({ stdout, others, style }: StatusLineOptions): StatusLine {
  const write = stdout.write;
  const toTerminal = (text: string) => write.call(stdout, text);
  let line = '';
  let isDrawn = false;
  /** Somebody has written a part of a line: it is let finish it. */
  let isMidLine = false;
  let isSuspended = false;

  function erase(): void {
    if (isDrawn) toTerminal(eraseLine);
    isDrawn = false;
  }

  function draw(): void {
    if (line === '' || isMidLine || isSuspended || isDrawn) return;
    // The last column stays free: some terminals begin a new line as soon as it is written to.
    toTerminal(style(clipped(line, (stdout.columns || defaultColumns) - 1)));
    isDrawn = true;
  }

  const restore = [stdout, ...others].map((stream) => {
    const inner = stream.write;
    stream.write = ((...args: Parameters<typeof inner>) => {
      erase();
      const isTaken = inner.apply(stream, args);
      isMidLine = !endsLine(args[0]);
      draw();
      return isTaken;
    }) as typeof inner;
    return () => {
      stream.write = inner;
    };
  });

  return {
    show(text) {
      if (text === line && isDrawn) return;
      line = text;
      erase();
      draw();
    },
    clearScreen() {
      toTerminal(eraseScreen);
      isDrawn = false;
      isMidLine = false;
      draw();
    },
    suspend() {
      erase();
      isSuspended = true;
    },
    resume() {
      isSuspended = false;
      isMidLine = false;
      draw();
    },
    close() {
      erase();
      line = '';
      for (const each of restore) each();
    },
  };
}

function endsLine(chunk: string | Uint8Array): boolean {
  const newline = typeof chunk === 'string' ? '\n' : 0x0a;
  return chunk.length === 0 || chunk.at(-1) === newline;
}

function clipped(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}
