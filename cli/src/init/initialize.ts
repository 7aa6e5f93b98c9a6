import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunPackageCommand } from '../runners/installation.ts';
import { UserError } from '../user-error.ts';
import type { InitPlan } from './init-plan.ts';
import { commandText } from './init-text.ts';

export interface InitializeOptions {
  readonly plan: InitPlan;
  /** Undefined where nothing is to be installed. */
  readonly run: RunPackageCommand | undefined;
  /** Says what takes long. */
  readonly tell: (text: string) => void;
}

/**
 * Does what a plan says. Installs first, since that is what may fail, and then nothing has changed.
 * @throws UserError
 */
export async function initialize({ plan, run, tell }: InitializeOptions): Promise<void> {
  if (run && plan.install) {
    tell(`${commandText(plan.install.command)} ...`);
    await run(plan.install.command);
  }
  const written: string[] = [];
  for (const { path, after } of plan.changes) {
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, after);
      written.push(path);
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      const before = written.length === 0 ? '' : ` Written before it: ${written.join(', ')}.`;
      throw new UserError(
        `${path} cannot be written (${reason}).${before}`,
        'Make it writable, then run the same again: what is there already stays as it is.',
        { cause },
      );
    }
  }
}
