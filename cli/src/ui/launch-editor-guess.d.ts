declare module 'launch-editor/guess.js' {
  /** The program of an editor that runs, or that LAUNCH_EDITOR, VISUAL or EDITOR name, with arguments; null for none. */
  function guessEditor(): readonly (string | null)[];
  export = guessEditor;
}
