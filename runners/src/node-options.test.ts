import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskFolder } from './fixtures/task-folder.ts';
import { debuggerNodeOptions, harmlessNodeOptions } from './node-options.ts';

describe("a function's own NODE_OPTIONS", () => {
  it.each([
    ['--enable-source-maps', '--enable-source-maps', false],
    ['--no-warnings --max-old-space-size=512', '--no-warnings --max-old-space-size=512', false],
    ['--enable-source-maps --require /opt/agent.js --no-deprecation', '--enable-source-maps --no-deprecation', true],
    ['-r /opt/a.js --import=data:text/javascript,x', '', true],
    ['--inspect=0.0.0.0 --openssl-config=/x --env-file=.env', '', true],
    ['--require "/opt/--enable-source-maps"', '', true],
    ['"--enable-source-maps"', '--enable-source-maps', false],
    ['  ', '', false],
  ])('%s becomes "%s"', (given, value, reduced) => {
    expect(harmlessNodeOptions(given)).toEqual({ value, reduced });
  });

  it('has only flags that Node takes from the environment', () => {
    const { value } = harmlessNodeOptions(
      '--dns-result-order=ipv4first --unhandled-rejections=warn --stack-trace-limit=50',
    );
    const run = execFileSync(process.execPath, ['-p', 'Error.stackTraceLimit'], {
      env: { NODE_OPTIONS: value },
      encoding: 'utf8',
    });
    expect(run.trim()).toBe('50');
  });
});

describe("this machine's NODE_OPTIONS", () => {
  it.each([
    [
      '--require /code/ms-vscode.js-debug/src/bootloader.js',
      '--require /code/ms-vscode.js-debug/src/bootloader.js',
      false,
    ],
    [
      '--require=/code/js-debug/bootloader.bundle.js --inspect-publish-uid=http',
      '--require=/code/js-debug/bootloader.bundle.js --inspect-publish-uid=http',
      false,
    ],
    ['-r /idea/javascript-debugger/debugConnector.js', '-r /idea/javascript-debugger/debugConnector.js', false],
    ['--require /mine/setup.js --inspect', '', true],
    ['--max-old-space-size=8192', '', true],
  ])('%s gives a debugger "%s"', (given, value, reduced) => {
    expect(debuggerNodeOptions(given)).toEqual({ value, reduced });
  });

  it('keeps a path with spaces and quotes whole', () => {
    const folder = taskFolder({ 'My "Code"/js-debug/bootloader.js': 'globalThis.attached = "yes";' });
    const path = join(folder, 'My "Code"/js-debug/bootloader.js');
    const { value } = debuggerNodeOptions(`--require "${path.replaceAll('"', '\\"')}"`);
    const run = execFileSync(process.execPath, ['-p', 'attached'], { env: { NODE_OPTIONS: value }, encoding: 'utf8' });
    expect(run.trim()).toBe('yes');
  });
});
