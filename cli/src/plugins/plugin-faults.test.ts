import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { scratchProject } from '../fixtures/scratch-project.ts';

const source = join(import.meta.dirname, 'plugin-faults.ts');
const typeScript = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Runs a program that survives the faults of a plugin in its folder. */
async function run(code: string) {
  await using project = await scratchProject({
    'plugin/index.mjs': 'export const late = (error) => setTimeout(() => { throw new Error(error); });',
  });
  await project.write(
    'main.mjs',
    `import { surviveFaultsOf } from ${JSON.stringify(source)};
    import { late } from './plugin/index.mjs';
    const plugins = [{ name: 'late-plugin', root: ${JSON.stringify(project.at('plugin'))} }];
    surviveFaultsOf(plugins, (plugin, reason) => console.log(plugin, reason));
    ${code}`,
  );
  return await promisify(execFile)(process.execPath, ['--import', typeScript, project.at('main.mjs')]).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

describe('an error that nobody caught', () => {
  it('of a plugin is told, and the program goes on', async () => {
    const { code, stdout } = await run(`late('no table'); setTimeout(() => console.log('went on'), 50);`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'late-plugin no table\nwent on\n' });
  });

  it('of anybody else ends the program, as ever', async () => {
    const { code, stdout, stderr } = await run(
      `setTimeout(() => { throw new Error('own fault'); }); setTimeout(() => console.log('went on'), 50);`,
    );
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('own fault');
  });
});
