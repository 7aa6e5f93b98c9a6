import type { Host, InvocationEnd, LiveEvent } from '../host.ts';
import { readableRecord } from './log-record.ts';
import { moreTime, nextStep } from './next-step.ts';
import { printableEvent } from './printable.ts';
import { isToldQuietly } from './quiet.ts';
import { createReloadLines } from './reload-lines.ts';
import { startLines } from './start-lines.ts';
import { handedOverText, handingOverText, takenOverText, takingOverText } from './take-over-text.ts';
import { usageLines } from './usage-lines.ts';
import { colourOf, counted, milliseconds, type Style } from './words.ts';
import { wrapped } from './wrapped-text.ts';

export interface TerminalHostOptions {
  readonly write: (text: string) => void;
  /** Applies colour, or nothing where the output is no terminal. */
  readonly style: (style: Style, text: string) => string;
  /** Epoch milliseconds. */
  readonly wallClockMs: () => number;
  readonly verbose: boolean;
  /** How wide the terminal is now; undefined where it is none, or does not say. */
  readonly columns?: () => number | undefined;
  /** Nothing but errors: what failed, what cannot be run, and what is warned of once the tunnel is ready. */
  readonly quiet: boolean;
}

/** An invocation whose line is not written yet. */
interface Open {
  readonly function: string;
  readonly requestId: string;
  readonly startedAt: number;
  readonly output: string[];
  /** Its output goes out as it comes, since it runs for long. */
  live: boolean;
}

/** What stands before the text of a line: the time and a mark, or the bar. */
const beginningColumns = 11;
/** From when on the output of a running invocation is shown before its end. */
const showOutputAfterMs = 1000;
/** Lines kept back for an invocation that runs; more are shown at once. */
const maxHeldLines = 200;

const marks: Readonly<Record<InvocationEnd, readonly [Style, string]>> = {
  succeeded: ['green', '✓'],
  failed: ['red', '✗'],
  'timed-out': ['red', '✗'],
  crashed: ['red', '✗'],
  'not-started': ['red', '✗'],
  withdrawn: ['red', '✗'],
};

const words: Readonly<Record<InvocationEnd, string>> = {
  succeeded: 'ok',
  failed: 'error',
  'timed-out': 'timeout',
  crashed: 'crashed',
  'not-started': 'not started',
  withdrawn: 'given up',
};

/** Lines for a person: one for each invocation, its output under it. */
export function createTerminalHost(options: TerminalHostOptions): Host {
  const { style, verbose, quiet } = options;
  const open = new Map<string, Open>();
  let isReady = false;
  let ownKey = '';
  /** What was told last of how far the other tunnel is. */
  let waitsFor: string | undefined;
  const line = (text: string) => options.write(`${text}\n`);
  const time = () => style('dim', new Date(options.wallClockMs()).toTimeString().slice(0, 8));
  const barred = (lines: readonly string[], colour: Style) =>
    lines.map((part) => `         ${style(colour, '│')} ${part}`).join('\n');
  /** What a function has written: as it is. */
  const outputLine = (text: string, colour: Style = 'dim') => barred(text.split('\n'), colour);
  /** What is said here: broken between words. */
  const said = (text: string, colour?: Style) => {
    const columns = options.columns?.();
    const lines = wrapped(text, columns === undefined ? undefined : columns - beginningColumns);
    line(barred(colour === undefined ? lines : lines.map((part) => style(colour, part)), 'dim'));
  };
  const shortId = (id: string) => style(colourOf(id), id.slice(0, 8));

  function appChanged(event: Extract<LiveEvent, { type: 'app-changed' }>): void {
    headline('cyan', '↻', `app ${event.app}, session ${event.session}, as it was synthesized now`);
    const news = [...event.added, ...event.changed];
    for (const fn of event.functions.filter(({ id }) => news.includes(id))) {
      const mark = event.added.includes(fn.id) ? style('green', '+') : style('yellow', '~');
      line(
        outputLine(
          `${mark} ${fn.id}  ${fn.file} ${style('dim', `(${fn.handler}, ${fn.runtime}, run by ${fn.runner})`)}`,
        ),
      );
    }
    for (const id of event.removed) line(outputLine(`${style('red', '-')} ${id}`));
    reload.gone(event.removed);
  }

  const headline = (colour: Style, mark: string, text: string) => {
    const columns = options.columns?.();
    const lines = wrapped(text, columns === undefined ? undefined : columns - beginningColumns);
    line(`${time()} ${style(colour, mark)} ${lines.join(`\n${' '.repeat(beginningColumns)}`)}`);
  };
  const reload = createReloadLines({ headline, line: said, style, verbose });

  function output(event: Extract<LiveEvent, { type: 'output' }>): void {
    const entry = event.requestId === undefined ? undefined : open.get(key(event));
    if (!entry) {
      const text = readableRecord(event.text, { requestId: undefined, verbose });
      line(outputLine(`${style('dim', event.function)} ${text}`));
      return;
    }
    if (
      !quiet &&
      !entry.live &&
      (entry.output.length >= maxHeldLines || options.wallClockMs() - entry.startedAt >= showOutputAfterMs)
    )
      showLive(entry);
    const text = readableRecord(event.text, { requestId: entry.requestId, verbose });
    if (entry.live) line(outputLine(`${shortId(entry.requestId)} ${text}`, colourOf(entry.requestId)));
    else entry.output.push(text);
    if (entry.output.length > maxHeldLines) entry.output.shift();
  }

  function showLive(entry: Open): void {
    entry.live = true;
    line(`${time()} ${style('yellow', '…')} ${entry.function}  ${shortId(entry.requestId)}  running`);
    for (const text of entry.output.splice(0))
      line(outputLine(`${shortId(entry.requestId)} ${text}`, colourOf(entry.requestId)));
  }

  function finished(event: Extract<LiveEvent, { type: 'invocation-finished' }>): void {
    const entry = open.get(key(event));
    open.delete(key(event));
    const [colour, mark] = marks[event.end];
    const { inAwsMs, startMs, runMs } = event.timings;
    const what = event.error ? `${words[event.end]} ${event.error.errorType}` : words[event.end];
    const legs = verbose
      ? style(
          'dim',
          `  (${inAwsMs === undefined ? '' : `in AWS ${milliseconds(inAwsMs)}, `}start ${milliseconds(startMs)}, run ${milliseconds(runMs)}, pid ${event.pid ?? 'none'})`,
        )
      : '';
    const total = milliseconds(startMs + runMs);
    line(
      `${time()} ${style(colour, mark)} ${event.function}  ${shortId(event.requestId)}  ${style(colour, what)}  ${total}${legs}`,
    );
    const output = entry?.output ?? [];
    for (const text of output) line(outputLine(text, colourOf(event.requestId)));
    const { errorType = '', errorMessage: message } = event.error ?? {};
    // A Node runtime has logged the error of a handler already, with its stack.
    if (
      message &&
      !output.some((text) => text.includes(`${errorType}: ${message}`) || text.includes(JSON.stringify(message)))
    )
      said(message, 'red');
    const next = event.end === 'timed-out' ? moreTime() : event.error && nextStep(event.error, event.file);
    if (next !== undefined) said(next);
  }

  /** Told when it is asked, and when it first says what it finishes: the rest is in the status line. */
  function takingOver(event: Extract<LiveEvent, { type: 'taking-over' }>): void {
    const stage = `${event.owner} ${event.unfinishedCount === undefined ? 'asked' : 'finishes'}`;
    if (stage === waitsFor || event.unfinishedCount === 0) return;
    waitsFor = stage;
    headline('cyan', '⇄', takingOverText(event));
  }

  function late(event: Extract<LiveEvent, { type: 'late-result' }>): void {
    const [colour, mark] = marks[event.end];
    const what = event.error ? `${words[event.end]} ${event.error.errorType}` : words[event.end];
    const when = event.lateMs < 0 ? 'after it was given up on' : `${milliseconds(event.lateMs)} late`;
    headline(
      colour,
      mark,
      `${event.function}  ${shortId(event.requestId)}  ${style(colour, what)}  ${when}: nobody waits for it any more`,
    );
    if (event.error) said(event.error.errorMessage, 'red');
  }

  function stopped(event: Extract<LiveEvent, { type: 'stopped' }>): void {
    line(`${time()} Stopped after ${counted(event.invocations, 'invocation')}, ${event.failures} failed.`);
    for (const text of event.usage ? usageLines(event.usage) : []) line(`  ${text}`.trimEnd());
  }

  return {
    notify(told) {
      if (told.type === 'ready') isReady = true;
      if (quiet && told.type === 'invocation-finished' && told.end === 'succeeded') open.delete(key(told));
      if (quiet && !isToldQuietly(told, isReady)) return;
      const event = printableEvent(told);
      switch (event.type) {
        case 'started':
          ownKey = event.key;
          reload.expect(event.functions.map(({ id }) => id));
          for (const text of startLines(event, { style, columns: options.columns?.() })) line(text);
          return;
        // Told by whoever draws a status line, or waits until it takes long.
        case 'progress':
          return;
        case 'paused':
          return headline('yellow', '‖', 'Paused: what comes is held until you go on, at most until its time is over.');
        case 'resumed':
          return headline(
            'green',
            '▸',
            `Goes on${event.held === 0 ? '' : `, with ${counted(event.held, 'held invocation')}`}.`,
          );
        case 'restarted':
          return headline('green', '↻', `${event.function}  built anew, in a new process`);
        case 'ready':
          return line(`${time()} ${style('green', 'Ready.')} Waiting for invocations; Ctrl-C stops.`);
        case 'app-changed':
          return appChanged(event);
        // The question stands in the status line; where there is none the note says what can be done.
        case 'take-over-offered':
          return;
        case 'taking-over':
          return takingOver(event);
        case 'taken-over':
          waitsFor = undefined;
          return headline(
            event.outcome === 'ended' ? 'green' : 'yellow',
            event.outcome === 'ended' ? '⇄' : '!',
            takenOverText(event, ownKey),
          );
        case 'handing-over':
          return headline('yellow', '⇄', handingOverText(event));
        case 'handed-over':
          return headline('cyan', '⇄', handedOverText(event));
        case 'verified':
          return headline('cyan', '●', `${event.function}  runs as ${roleText(event)}`);
        case 'note':
          if (event.level === 'info' && !verbose) return;
          return headline(event.level === 'warning' ? 'yellow' : 'dim', '!', event.text);
        case 'process-started':
          if (!verbose) return;
          return line(
            `${time()} ${style('dim', '+')} ${event.function}  process ${event.pid} for environment ${event.environmentId.slice(0, 8)}`,
          );
        case 'changed':
        case 'prepared':
        case 'broken':
        case 'reloaded':
        case 'load-failed':
          return reload.say(event);
        case 'evicted':
          return headline(
            'dim',
            '-',
            `${event.function}  process of environment ${event.environmentId.slice(0, 8)} ended: more than ${event.limit} were running (--max-environments)`,
          );
        case 'inspector-listening':
          return headline('cyan', '●', `${event.function}  debuggers attach at 127.0.0.1:${event.port}`);
        case 'debugger-attached':
        case 'debugger-detached':
          return headline(
            'cyan',
            '●',
            `${event.function}  debugger ${event.type === 'debugger-attached' ? 'attached' : 'left'}`,
          );
        case 'debugger-overdue':
          return headline(
            'yellow',
            '!',
            `${event.function}  ${shortId(event.requestId)}  its time in Lambda is over, and its caller was told so; it runs on under the debugger`,
          );
        case 'late-result':
          return late(event);
        case 'invocation-started':
          open.set(key(event), {
            function: event.function,
            requestId: event.requestId,
            startedAt: event.receivedAt,
            output: [],
            live: false,
          });
          return;
        case 'output':
          return output(event);
        case 'invocation-finished':
          return finished(event);
        case 'stopped':
          return stopped(event);
        default:
          event satisfies never;
      }
    },
  };
}

/** `role Shop-Role of account 111122223333` */
function roleText({ identity, account }: Extract<LiveEvent, { type: 'verified' }>): string {
  const role = /:assumed-role\/([^/]+)\//.exec(identity)?.[1];
  return `${role === undefined ? identity : `role ${role}`} of account ${account}`;
}

/** A request id may run twice at once, in two environments, when Lambda retries it. */
function key(event: { readonly environmentId: string; readonly requestId: string | undefined }): string {
  return `${event.environmentId}/${event.requestId}`;
}
