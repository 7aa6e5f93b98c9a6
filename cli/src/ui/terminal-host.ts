import type { Host, InvocationEnd, LiveEvent, LiveFunctionSummary } from '../host.ts';
import { nextStep } from './next-step.ts';
import { printableEvent } from './printable.ts';
import { createReloadLines } from './reload-lines.ts';
import { milliseconds, type Style } from './words.ts';

export interface TerminalHostOptions {
  readonly write: (text: string) => void;
  /** Applies colour, or nothing where the output is no terminal. */
  readonly style: (style: Style, text: string) => string;
  /** Epoch milliseconds. */
  readonly wallClockMs: () => number;
  readonly verbose: boolean;
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
  const { style, verbose } = options;
  const open = new Map<string, Open>();
  const line = (text: string) => options.write(`${text}\n`);
  const time = () => style('dim', new Date(options.wallClockMs()).toTimeString().slice(0, 8));
  const bar = `         ${style('dim', '│')} `;
  const outputLine = (text: string) =>
    text
      .split('\n')
      .map((part) => bar + part)
      .join('\n');
  const shortId = (id: string) => style('cyan', id.slice(0, 8));

  function started(event: Extract<LiveEvent, { type: 'started' }>): void {
    line(`${style('bold', 'live-lambda')} ${event.release}`);
    line(`  you are   ${event.identity}`);
    line(`  app       ${event.app}, session ${event.session}`);
    line(`  your key  ${event.key}`);
    if (event.config !== null) line(`  config    ${event.config}`);
    const widest = Math.max(...event.functions.map(({ id }) => id.length));
    for (const fn of event.functions) {
      const where = style('dim', `${fn.runtime}, ${fn.region}, run by ${fn.runner}${nodeText(fn.node)}`);
      line(`  function  ${fn.id.padEnd(widest)}  ${fn.file} ${style('dim', `(${fn.handler})`)}  ${where}`);
      if (fn.addedVariables.length > 0)
        line(
          `            ${''.padEnd(widest)}  ${style('dim', `with variables of the config: ${fn.addedVariables.join(', ')}`)}`,
        );
    }
  }

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
  }

  const headline = (colour: Style, mark: string, text: string) => line(`${time()} ${style(colour, mark)} ${text}`);
  const reload = createReloadLines({ headline, line: (text) => line(outputLine(text)), style, verbose });

  function output(event: Extract<LiveEvent, { type: 'output' }>): void {
    const entry = event.requestId === undefined ? undefined : open.get(key(event));
    if (!entry) {
      line(outputLine(`${style('dim', event.function)} ${event.text}`));
      return;
    }
    if (
      !entry.live &&
      (entry.output.length >= maxHeldLines || options.wallClockMs() - entry.startedAt >= showOutputAfterMs)
    )
      showLive(entry);
    const text = withoutLogPrefix(event.text, entry.requestId);
    if (entry.live) line(outputLine(`${shortId(entry.requestId)} ${text}`));
    else entry.output.push(text);
  }

  function showLive(entry: Open): void {
    entry.live = true;
    line(`${time()} ${style('yellow', '…')} ${entry.function}  ${shortId(entry.requestId)}  running`);
    for (const text of entry.output.splice(0)) line(outputLine(`${shortId(entry.requestId)} ${text}`));
  }

  function finished(event: Extract<LiveEvent, { type: 'invocation-finished' }>): void {
    const entry = open.get(key(event));
    open.delete(key(event));
    const [colour, mark] = marks[event.end];
    const { startMs, runMs } = event.timings;
    const what = event.error ? `${words[event.end]} ${event.error.errorType}` : words[event.end];
    const legs = verbose
      ? style('dim', `  (start ${milliseconds(startMs)}, run ${milliseconds(runMs)}, pid ${event.pid ?? 'none'})`)
      : '';
    const total = milliseconds(startMs + runMs);
    line(
      `${time()} ${style(colour, mark)} ${event.function}  ${shortId(event.requestId)}  ${style(colour, what)}  ${total}${legs}`,
    );
    const output = entry?.output ?? [];
    for (const text of output) line(outputLine(text));
    const message = event.error?.errorMessage;
    // A Node runtime has logged the error of a handler already, with its stack.
    if (message && !output.some((text) => text.includes(JSON.stringify(message))))
      line(outputLine(style('red', message)));
    const next = event.error && nextStep(event.error, event.file);
    if (next !== undefined) line(outputLine(next));
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
    if (event.error) line(outputLine(style('red', event.error.errorMessage)));
  }

  return {
    notify(told) {
      const event = printableEvent(told);
      switch (event.type) {
        case 'started':
          return started(event);
        case 'ready':
          return line(`${time()} ${style('green', 'Ready.')} Waiting for invocations; Ctrl-C stops.`);
        case 'app-changed':
          return appChanged(event);
        case 'verified':
          return headline('cyan', '●', `${event.function}  runs as ${roleText(event)}`);
        case 'note':
          if (event.level === 'info' && !verbose) return;
          return line(`${time()} ${style(event.level === 'warning' ? 'yellow' : 'dim', '!')} ${event.text}`);
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
          return reload(event);
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
          return line(`${time()} Stopped after ${event.invocations} invocations, ${event.failures} of them failed.`);
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

/** ` on Node 22.3.0 (nvm)` */
function nodeText(node: LiveFunctionSummary['node']): string {
  if (node === null) return '';
  return ` on Node ${node.version}${node.source === 'running' ? '' : ` (${node.source})`}`;
}

/** A request id may run twice at once, in two environments, when Lambda retries it. */
function key(event: { readonly environmentId: string; readonly requestId: string | undefined }): string {
  return `${event.environmentId}/${event.requestId}`;
}

/** Lambda's text format starts each record with time, request id and level (Lambda Developer Guide); the level is enough here. */
function withoutLogPrefix(text: string, requestId: string): string {
  const [, id, level, ...rest] = text.split('\t');
  return id === requestId && level !== undefined && rest.length > 0 ? `${level} ${rest.join('\t')}` : text;
}
