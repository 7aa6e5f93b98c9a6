import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createExecutionEnvironment } from '@live-lambda/runner';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Each as what `/bin/sh` may be; that of Lambda's images is bash. */
const shells = ['/bin/bash --posix', '/bin/dash', '/bin/busybox sh', '/bin/ksh', '/bin/zsh --emulate sh'];
const installed = shells.filter((shell) => existsSync(shell.split(' ')[0] ?? ''));

let taskRoot: string;
beforeAll(async () => {
  // With spaces, which a script that does not quote falls over.
  taskRoot = await mkdtemp(join(await realpath(tmpdir()), 'live lambda task '));
  const zip = unzipSync(await readFile(createRequire(import.meta.url).resolve('@live-lambda/stub/stub.zip')));
  for (const [name, content] of Object.entries(zip)) {
    const path = join(taskRoot, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  await chmod(join(taskRoot, 'live-lambda', 'start'), 0o755);
});
afterAll(() => rm(taskRoot, { recursive: true, force: true }));

/** The stub, started with the runtime's command as arguments; without settings it fails its initialisation, as itself. */
async function initialise(shell: readonly string[]): Promise<unknown> {
  const [command = '', ...args] = shell;
  const said: string[] = [];
  const environment = createExecutionEnvironment({
    plan: {
      command,
      args: [
        ...args,
        join(taskRoot, 'live-lambda', 'start'),
        process.execPath,
        '--max-semi-space-size=16',
        '/var/runtime/index.mjs',
      ],
      cwd: taskRoot,
      env: { PATH: '/nonexistent', LAMBDA_TASK_ROOT: taskRoot, AWS_LAMBDA_FUNCTION_NAME: 'orders' },
    },
    timeoutMs: 30_000,
    onOutput: ({ text }) => said.push(text),
  });
  try {
    const answer = await environment.invoke({
      requestId: 'r1',
      event: Buffer.from('{}'),
      headers: {},
      deadlineMs: Date.now() + 30_000,
    });
    return { ...JSON.parse(Buffer.from(answer.body).toString()), said };
  } finally {
    await environment.stop();
  }
}

const asItself = {
  errorType: 'LiveLambda.Misconfigured',
  errorMessage: expect.stringMatching(/^orders is live, but /),
  trace: [],
  said: [expect.stringMatching(/^live-lambda: LiveLambda\.Misconfigured: orders is live, but /)],
};

describe('the start script of the stub, in an environment without any program', () => {
  it.each(installed)('starts it by %s', async (shell) => {
    expect(await initialise(shell.split(' '))).toEqual(asItself);
  });

  it('is run by the shell that its first line names', async () => {
    expect(await initialise(['/bin/sh', '-c', 'exec "$0" "$@"'])).toEqual(asItself);
  });
});
