import { BUILT_IN_RUNNERS } from '@live-lambda/runner';
import type { RunnersEdit } from '../config/edit-runners.ts';
import { packageManagerRunner } from './installation.ts';
import type { ChangeOptions } from './runner-changes.ts';
import { missingTools, tryProgram } from './toolchains.ts';

/** What `runners add` and `runners remove` work with on this machine. */
export function changeOptions(tell: (text: string) => void): ChangeOptions {
  return {
    currentFolder: process.cwd(),
    builtIn: BUILT_IN_RUNNERS,
    run: packageManagerRunner(process.env, process.platform),
    missingTools: (runner, folder) =>
      missingTools(runner, { folder, platform: process.platform, works: tryProgram(folder, process.env) }),
    tell,
  };
}

/** What became of the config file, as a sentence. */
export function editText(edit: RunnersEdit): string {
  if (edit.result === 'by-hand') return `Write this in ${edit.file}:\n\n  ${edit.line}\n`;
  return edit.result === 'written' ? `Written to ${edit.file}.` : `${edit.file} is as it was.`;
}
