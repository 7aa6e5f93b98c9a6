import type { Style } from '../ui/words.ts';
import type { CheckResult } from './check.ts';

/** Applies colour, or nothing where the output is no terminal. */
export type Paint = (style: Style, text: string) => string;

const marks: Readonly<Record<CheckResult['status'], readonly [Style, string]>> = {
  ok: ['green', '✓'],
  warning: ['yellow', '!'],
  failed: ['red', '✗'],
  skipped: ['dim', '-'],
};

/** A check in a line, with what to do below it. */
export function checkLines(
  { status, title, reason, fix }: CheckResult,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const [style, mark] = marks[status];
  const text = status === 'skipped' ? paint('dim', reason) : reason;
  const line = `${paint(style, mark)} ${title.padEnd(width)}  ${text}`;
  return fix === undefined ? line : `${line}\n  ${''.padEnd(width)}  ${paint('cyan', '→')} ${fix}`;
}

export function summaryLine(results: readonly CheckResult[], paint: Paint): string {
  const count = (status: CheckResult['status']) => results.filter((result) => result.status === status).length;
  const [failures, warnings, skips] = [count('failed'), count('warning'), count('skipped')];
  const rest = [
    warnings > 0 ? `${warnings} to look at` : undefined,
    skips > 0 ? `${skips} not made` : undefined,
  ].filter((part) => part !== undefined);
  const text =
    failures === 0 ? paint('green', 'Nothing is broken') : paint('red', `${failures} of ${results.length} failed`);
  return rest.length === 0 ? `${text}.` : `${text}; ${rest.join(', ')}.`;
}
