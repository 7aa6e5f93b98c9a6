import { basename } from 'node:path';

/** Editors that would want this very terminal for themselves. */
const terminalEditors: readonly string[] = ['vi', 'vim', 'nvim', 'emacs', 'nano', 'pico', 'micro', 'hx', 'joe', 'ed'];

/**
 * Opens a file in the editor of LAUNCH_EDITOR, else in one that runs, else in that of VISUAL or EDITOR. One that fails is
 * told on stdout.
 * @returns why no editor was started, as sentences that say what to do
 */
export async function openInEditor(file: string): Promise<string | undefined> {
  const [{ default: launchEditor }, { default: guessEditor }] = await Promise.all([
    import('launch-editor'),
    import('launch-editor/guess.js'),
  ]);
  const [editor] = guessEditor();
  if (!editor) return `No editor was found for ${file}. Name one in the variable LAUNCH_EDITOR, for example code.`;
  if (terminalEditors.includes(basename(editor)))
    return `${editor} needs a terminal of its own for ${file}. Name an editor with a window in the variable LAUNCH_EDITOR, for example code.`;
  launchEditor(file);
  return undefined;
}
