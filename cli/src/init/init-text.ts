import { styleText } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import type { PackageCommand } from '../runners/package-manager.ts';
import type { ByHand, FileChange } from './file-change.ts';
import { type InitPlan, shownPath } from './init-plan.ts';

/** Lines around a change that are shown with it. */
const contextLines = 2;

/** What a plan would do: what changes as unified diffs, what is made by its name. */
export function planText(plan: InitPlan): string {
  const changed = plan.changes.flatMap((change) => (change.before === undefined ? [] : [diffText(plan, change)]));
  const made = plan.changes.filter(({ before }) => before === undefined);
  const width = Math.max(0, ...made.map(({ path }) => shownPath(plan, path).length));
  const files = made.map(
    ({ path, about }) => `${styleText('bold', 'new file')} ${shownPath(plan, path).padEnd(width)}  ${about}`,
  );
  const install = plan.install ? [`${styleText('bold', 'install')}  ${commandText(plan.install.command)}`] : [];
  return [...changed, [...files, ...install].join('\n')].filter(Boolean).join('\n\n');
}

function diffText(plan: InitPlan, { path, before = '', after }: FileChange): string {
  const name = shownPath(plan, path);
  const patch = createTwoFilesPatch(name, name, before, after, undefined, undefined, { context: contextLines });
  const hunks = patch
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(Index: |===|--- |\+\+\+ |\\ )/.test(line));
  return `${styleText('bold', 'changed')} ${name}\n${hunks.map(coloured).join('\n')}`;
}

function coloured(line: string): string {
  if (line.startsWith('+')) return styleText('green', line);
  if (line.startsWith('-')) return styleText('red', line);
  return line.startsWith('@@') ? styleText('cyan', line) : line;
}

/** A command as it can be pasted. */
export function commandText({ command, args }: PackageCommand): string {
  return [command, ...args].join(' ');
}

/** What is left to the developer. */
export function byHandText({ where, reason, lines }: ByHand): string {
  return [
    `Write this in ${where}; it is left to you because ${reason}:`,
    '',
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** How all of it is taken back. */
export function undoText(plan: InitPlan, done: { readonly installed: boolean }): string {
  const made = plan.changes.filter(({ before }) => before === undefined).map(({ path }) => shownPath(plan, path));
  const changed = plan.changes.filter(({ before }) => before !== undefined).map(({ path }) => shownPath(plan, path));
  const steps = [
    ...(done.installed && plan.install ? [`run \`${commandText(plan.install.undo)}\``] : []),
    ...(changed.length === 0 ? [] : [`take the added lines out of ${changed.join(', ')}`]),
    ...(made.length === 0 ? [] : [`delete ${made.join(', ')}`]),
  ];
  return steps.length === 0 ? '' : `To undo it: ${steps.join('; ')}.`;
}
