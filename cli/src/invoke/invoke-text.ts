import { milliseconds, type Style } from '../ui/words.ts';
import type { CallAnswer } from './call-lambda.ts';
import type { LogReport } from './log-report.ts';

/** Applies colour, or nothing where the output is no terminal. */
export type Paint = (style: Style, text: string) => string;

/** The answer as a person reads it: JSON with line breaks, anything else as it is. */
export function payloadText(payload: Buffer): string {
  const text = payload.toString('utf8');
  if (text.length > maxPrettyCharacters) return text;
  try {
    const value: unknown = JSON.parse(text);
    // What JavaScript reads is not always what was written: 1.0, or numbers beyond 2^53.
    return JSON.stringify(value) === text ? JSON.stringify(value, undefined, 2) : text;
  } catch {
    return text;
  }
}

/** Longer answers are for programs. */
const maxPrettyCharacters = 100_000;

/** The lines of a handler in a log tail, without those that Lambda writes itself. */
export function logLines(logTail: string): readonly string[] {
  return logTail.split('\n').filter((line) => line.trim() !== '' && !/^(START|END|REPORT|XRAY) /.test(line));
}

/** One line on how it went, of an invocation that was waited for. */
export function endLine(
  name: string,
  {
    answer,
    report,
    paint,
  }: { readonly answer: CallAnswer; readonly report: LogReport | undefined; readonly paint: Paint },
): string {
  const failed = answer.functionError !== null;
  const mark = failed ? paint('red', `✗ ${name} answered with an error`) : paint('green', `✓ ${name}`);
  const legs = [
    answer.firstByteMs === null ? undefined : `first byte after ${milliseconds(answer.firstByteMs)}`,
    report && `handler ${milliseconds(report.durationMs)}`,
    report?.initMs == null ? undefined : `cold start ${milliseconds(report.initMs)}`,
    report && `billed ${milliseconds(report.billedMs)}`,
  ].filter((leg) => leg !== undefined);
  const detail = legs.length === 0 ? '' : paint('dim', ` (${legs.join(', ')})`);
  return `${mark}  ${milliseconds(answer.tookMs)}${detail}  ${paint('dim', answer.requestId)}`;
}
