import { readFileSync } from 'node:fs';

/** Runs a custom runtime's program by the interpreter that its first line names. The program speaks the Runtime API itself. */
const shebangRunner = {
  name: 'shebang',
  claims: ({ entry }) => interpreterOf(entry) !== undefined,
  async prepare({ id, entry, root }) {
    const inputs = { files: [entry], folders: [] };
    const [command, ...args] = interpreterOf(entry) ?? [];
    if (command === undefined) {
      return { state: 'broken', reason: `Function ${id}: ${entry} does not begin with #! any more.`, inputs };
    }
    return { state: 'ready', launch: { command, args: [...args, entry], cwd: root, env: {} }, inputs };
  },
};

function interpreterOf(file) {
  try {
    const [line] = readFileSync(file, 'utf8').split('\n');
    return line.startsWith('#!') ? line.slice(2).trim().split(/\s+/) : undefined;
  } catch {
    return undefined;
  }
}

/** @type {import('live-lambda').RunnersHook} */
export const runners = async () => [shebangRunner];
