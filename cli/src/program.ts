import { fileURLToPath } from 'node:url';
import type { Config } from '@oclif/core/config';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { findProjectPlugins } from './plugins/find-project-plugins.ts';

/** What runs where no command is named: it says what to do next. */
const nextCommand = 'next';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The command line as a whole. Ends the process where the command failed; what failed is told the same way for all. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  // The commands are compiled when this is built; a stray TypeScript configuration of the user's must not matter.
  settings.enableAutoTranspile = false;
  endWithClosedPipe();
  const args = argv.length === 0 ? [nextCommand] : [...argv];
  try {
    const plugins = findProjectPlugins(process.cwd());
    await run(args, plugins ? await configWith(plugins) : { root });
  } catch (error) {
    const { endWithFailure } = await import('./failures/end-with-failure.ts');
    await endWithFailure(error, { root, args });
  }
}

async function configWith(plugins: NonNullable<ReturnType<typeof findProjectPlugins>>): Promise<Config> {
  const { configWithPlugins } = await import('./plugins/project-plugins.ts');
  return configWithPlugins(root, plugins, (text) => process.stderr.write(`Warning: ${text}\n`));
}

/** Whoever reads the output may have seen enough, as `head` has. */
function endWithClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
