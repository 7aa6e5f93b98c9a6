import type { LiveEvent } from '../host.ts';
import { missingSdk } from './next-step.ts';
import { createStartDifferences } from './start-differences.ts';
import { milliseconds, type Style } from './words.ts';

type ReloadEvent = Extract<LiveEvent, { type: 'changed' | 'prepared' | 'broken' | 'reloaded' | 'load-failed' }>;

export interface ReloadLinesOptions {
  /** Writes a line with the time and a mark. */
  readonly headline: (colour: Style, mark: string, text: string) => void;
  /** Writes what stands under such a line. */
  readonly line: (text: string, colour?: Style) => void;
  readonly style: (style: Style, text: string) => string;
  readonly verbose: boolean;
}

/** Lines about how functions are built. */
export interface ReloadLines {
  /** These are prepared now, for the first time: what differs from Lambda for them is told at once, at the end. */
  expect(functions: readonly string[]): void;
  /** These are not live any more, and nobody waits for what differs for them. */
  gone(functions: readonly string[]): void;
  /** One line for each build of what was saved, with what changed and how long it took. */
  say(event: ReloadEvent): void;
}

export function createReloadLines({ headline, line, style, verbose }: ReloadLinesOptions): ReloadLines {
  /** What changed since the last build, by function. */
  const changes = new Map<string, string>();
  /** Each note is told once: most hold for every function of a runner. */
  const told = new Set<string>();
  const broken = new Set<string>();
  const differences = createStartDifferences();

  function tellDifferences(functionId: string, notes: readonly string[]): void {
    const lines = differences.prepared(functionId, notes);
    if (!lines || lines.length === 0) return;
    headline('yellow', '!', 'What is different from Lambda on this machine:');
    for (const text of lines) line(text);
  }

  function prepared(event: Extract<LiveEvent, { type: 'prepared' }>): void {
    const change = changes.get(event.function);
    changes.delete(event.function);
    const wasBroken = broken.delete(event.function);
    const what = wasBroken ? 'mended' : 'ready';
    const after = `${what} in ${milliseconds(event.durationMs)}`;
    if (change !== undefined || wasBroken) {
      headline('green', '↻', `${event.function}  ${change === undefined ? after : `${change}; ${after}`}`);
    } else if (verbose) {
      headline('dim', '↻', `${event.function}  ${after} (${event.runner})`);
    }
    const isAwaited = differences.awaits(event.function);
    for (const note of event.notes.filter((each) => !told.has(each))) {
      told.add(note);
      if (!isAwaited) headline('yellow', '!', note.includes(event.function) ? note : `${event.function}: ${note}`);
    }
    tellDifferences(event.function, event.notes);
  }

  function tellSdk(reason: string): void {
    const step = missingSdk(reason);
    if (step !== undefined) line(step);
  }

  const say = (event: ReloadEvent) => {
    switch (event.type) {
      case 'changed': {
        const files = event.files.slice(0, 3).join(', ');
        const others = event.count - Math.min(3, event.files.length);
        changes.set(event.function, `${files}${others > 0 ? ` and ${others} more` : ''} changed`);
        return;
      }
      case 'prepared':
        return prepared(event);
      case 'broken': {
        const change = changes.get(event.function);
        changes.delete(event.function);
        broken.add(event.function);
        headline(
          'red',
          '✗',
          `${event.function}  ${change === undefined ? '' : `${change}; `}${style('red', 'cannot be run')}`,
        );
        line(event.reason, 'red');
        return tellDifferences(event.function, []);
      }
      case 'load-failed':
        headline('red', '✗', `${event.function}  ${style('red', 'cannot be loaded')}`);
        line(event.reason, 'red');
        tellSdk(event.reason);
        return line('The next invocation is answered with that, until a change mends it.');
      case 'reloaded':
        if (!verbose) return;
        return headline(
          'dim',
          '↻',
          `${event.function}  process ${event.pid} has it after ${milliseconds(event.durationMs)}`,
        );
      default:
        event satisfies never;
    }
  };

  const gone = (functions: readonly string[]) => {
    for (const id of functions) tellDifferences(id, []);
  };

  return { expect: differences.expect, gone, say };
}
