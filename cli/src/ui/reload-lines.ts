import type { LiveEvent } from '../host.ts';
import { milliseconds, type Style } from './words.ts';

type ReloadEvent = Extract<LiveEvent, { type: 'changed' | 'prepared' | 'broken' | 'reloaded' | 'load-failed' }>;

export interface ReloadLinesOptions {
  /** Writes a line with the time and a mark. */
  readonly headline: (colour: Style, mark: string, text: string) => void;
  /** Writes what stands under such a line. */
  readonly line: (text: string) => void;
  readonly style: (style: Style, text: string) => string;
  readonly verbose: boolean;
}

/** Lines about what was saved: one for each build, with what changed and how long it took. */
export function createReloadLines({
  headline,
  line,
  style,
  verbose,
}: ReloadLinesOptions): (event: ReloadEvent) => void {
  /** What changed since the last build, by function. */
  const changes = new Map<string, string>();
  /** Each note is told once: most hold for every function of a runner. */
  const told = new Set<string>();
  const broken = new Set<string>();

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
    for (const note of event.notes.filter((each) => !told.has(each))) {
      told.add(note);
      headline('yellow', '!', note.includes(event.function) ? note : `${event.function}: ${note}`);
    }
  }

  return (event) => {
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
        return line(style('red', event.reason));
      }
      case 'load-failed':
        headline('red', '✗', `${event.function}  ${style('red', 'cannot be loaded')}`);
        line(style('red', event.reason));
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
}
