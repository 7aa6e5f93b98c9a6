/**
 * A runner for functions that are no programs but text templates: `Hello {{name}}!` in `greeting.txt` is filled with the
 * members of the event, and the answer is the text.
 *
 * It shows all that a runner needs: a name, which functions are its own, and how to make one ready to start. What it
 * starts is `serve-template.js`, a short program that speaks Lambda's Runtime API and needs Node alone.
 */
import { fileURLToPath } from 'node:url';
import { readTemplate } from './template.js';

const PROGRAM = fileURLToPath(new URL('./serve-template.js', import.meta.url));

/** @type {import('@live-lambda/runner').Runner} */
const templateRunner = {
  name: 'template',

  // Only looks. Of the runners that claim a function the first one gets it.
  claims: (fn) => fn.runtime.startsWith('nodejs') && fn.entry.endsWith('.txt'),

  // Never throws for what the developer can mend, but says what it is and where.
  prepare: async (fn) => {
    // Filled while templates are read, so that it is right for one that is broken, too.
    const files = new Set([fn.entry]);
    try {
      readTemplate(fn.entry, files);
    } catch (error) {
      const why = error.code === undefined ? error.message : `${fn.entry} cannot be read (${error.code})`;
      const reason = `Function ${fn.id}: ${why}. Correct the template and save it: it is read again by itself.`;
      return { state: 'broken', reason, inputs: { files: [...files], folders: [] } };
    }
    return {
      state: 'ready',
      // `AWS_LAMBDA_RUNTIME_API` and the function's own variables are added when the process starts.
      launch: { command: process.execPath, args: [PROGRAM, fn.entry], cwd: fn.root, env: {} },
      inputs: { files: [...files], folders: [] },
    };
  },
};

// biome-ignore lint/style/noDefaultExport: the default export of a runner's module is the runner.
export default templateRunner;
