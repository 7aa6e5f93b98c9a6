import { styleText } from 'node:util';
import type { Settings } from '../config/settings.ts';
import type { Host } from '../host.ts';
import type { SessionUsage } from '../status/session-usage.ts';
import type { TunnelControls } from '../tunnel/tunnel.ts';
import { act } from './key-actions.ts';
import { openKeyInput } from './key-input.ts';
import { acting, askedToTakeOver, type Key, keyPressed } from './keys.ts';
import { createProgress } from './progress.ts';
import { progressOf } from './progress-of.ts';
import { emptyView, viewAfter } from './session-view.ts';
import { createStatusLine, type StatusLine } from './status-line.ts';
import { statusText } from './status-text.ts';
import { createTerminalHost } from './terminal-host.ts';

/** A terminal in which a person watches a tunnel, and can steer it. */
export interface Terminal {
  readonly host: Host;
  /** From now on keys are taken. */
  steer(controls: TunnelControls): void;
  /** What it cost so far is shown from now on. */
  meter(usage: () => SessionUsage): void;
  /** The terminal is as it was. */
  close(): void;
}

export interface TerminalOptions {
  readonly settings: Pick<Settings, 'verbose' | 'quiet'>;
  /** Folder to which files of functions are relative. */
  readonly currentFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** How often the status line is brought up to date where nothing happens, in milliseconds: the price goes on. */
const redrawEveryMs = 1000;

/** A status line and keys are for people: both ends are a terminal, and it is not a CI system's. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { settings, stdin, stdout, stderr, environment } = options;
  const quiet = settings.quiet.value;
  const isInteractive = !quiet && stdin.isTTY === true && stdout.isTTY === true && !environment.CI;
  const host = createTerminalHost({
    write: (text) => stdout.write(text),
    verbose: settings.verbose.value,
    quiet,
    wallClockMs: Date.now,
    columns: () => (stdout.isTTY ? stdout.columns : undefined),
    style: (style, text) => styleText(style, text),
  });
  if (!isInteractive) return plainTerminal(host, quiet ? () => undefined : (text) => stdout.write(`${text}\n`));
  const line = createStatusLine({
    stdout,
    others: stderr.isTTY ? [stderr] : [],
    style: (text) => styleText('dim', text),
  });
  return interactiveTerminal(host, line, options);
}

/** Lines alone; of what takes long one says what it is. */
function plainTerminal(inner: Host, write: (text: string) => void): Terminal {
  const progress = createProgress({ onSlow: (text) => write(`         … ${text}`) });
  const follow = progressOf(progress);
  return {
    host: {
      notify(event) {
        follow(event);
        inner.notify(event);
      },
    },
    steer: () => undefined,
    meter: () => undefined,
    close: () => progress.close(),
  };
}

function interactiveTerminal(inner: Host, line: StatusLine, options: TerminalOptions): Terminal {
  const { stdin, stdout, currentFolder } = options;
  let view = emptyView;
  let keys = acting;
  let usage: (() => SessionUsage) | undefined;
  let closeKeys: () => void = () => undefined;
  const redraw = () => {
    const priceUsd = usage?.().priceUsd ?? 0;
    line.show(statusText({ view, keys, progress: progress.current(), priceUsd }));
  };
  const progress = createProgress({ onSlow: redraw });
  const follow = progressOf(progress);
  const timer = setInterval(redraw, redrawEveryMs).unref();
  const say = (text: string) => void stdout.write(`         ${text}\n`);

  function steer(controls: TunnelControls): void {
    const onKey = (key: Key) => {
      const { state, action } = keyPressed(keys, key, view);
      keys = state;
      redraw();
      if (action?.type === 'suspend') input.suspend();
      else if (action)
        void act(action, { view, currentFolder, controls, say, clear: line.clearScreen }).catch((error: unknown) =>
          say(`That failed: ${error instanceof Error ? error.message : error}`),
        );
    };
    const input = openKeyInput({ stdin, onKey, onSuspend: line.suspend, onResume: line.resume });
    closeKeys = input.close;
  }

  return {
    host: {
      notify(event) {
        follow(event);
        view = viewAfter(view, event);
        if (event.type === 'take-over-offered') keys = askedToTakeOver(keys);
        // Nobody is left who could be asked.
        if (keys.name === 'confirming' && view.holder === undefined) keys = acting;
        // Above the line, which then says what is so now.
        inner.notify(event);
        redraw();
      },
    },
    steer,
    meter(given) {
      usage = given;
    },
    close() {
      clearInterval(timer);
      progress.close();
      closeKeys();
      line.close();
    },
  };
}
