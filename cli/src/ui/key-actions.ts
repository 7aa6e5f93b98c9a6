import { resolve } from 'node:path';
import type { TunnelControls } from '../tunnel/tunnel.ts';
import { type KeyAction, keyHelp } from './keys.ts';
import { openInEditor } from './open-in-editor.ts';
import type { SessionView } from './session-view.ts';

/** What keys act on. */
export interface KeyTargets {
  readonly view: SessionView;
  /** Folder to which files of functions are relative. */
  readonly currentFolder: string;
  readonly controls: TunnelControls;
  /** Writes a line. */
  readonly say: (text: string) => void;
  readonly clear: () => void;
}

/** Does what a key asks for; that the program is suspended is the keyboard's own business. */
export async function act(
  action: Exclude<KeyAction, { type: 'suspend' }>,
  { view, currentFolder, controls, say, clear }: KeyTargets,
): Promise<void> {
  switch (action.type) {
    case 'open': {
      const file = view.functions.find(({ id }) => id === action.function)?.file;
      if (file === undefined) return say(`${action.function} is not live any more.`);
      return say((await openInEditor(resolve(currentFolder, file))) ?? `Opening ${file}.`);
    }
    case 'restart':
      say(`Restarting ${action.function}.`);
      return controls.restart(action.function);
    case 'pause':
      return controls.pause();
    case 'resume':
      return controls.resume();
    case 'take-over':
      if (!controls.takeOver()) say('No other tunnel holds the session.');
      return;
    case 'clear':
      return clear();
    case 'help':
      for (const [key, what] of keyHelp) say(`${key}  ${what}`);
      return;
    case 'quit':
      // What a terminal in its usual mode makes of Ctrl-C.
      process.emit('SIGINT', 'SIGINT');
      return;
    default:
      action satisfies never;
  }
}
