// Loaded by Node before a program of the tests (`--import`): notes which lines of the workspace's packages it runs, and
// has the programs that it starts do the same. Nothing is put into their variables, which tests look at.
import { ChildProcess } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** Many processes end by SIGKILL, as those of Lambda do: what they ran must be written before. */
const writeEveryMs = 100;

const folder = new URL(import.meta.url).searchParams.get('folder');
const ownCode =
  /\/(?:protocol|runners|stub|construct|emulator|cli)\/dist\/|\/live-lambda\/(?:stub|deployed-code|handler)\.c?js$/;

/** Where another program starts Node, as a shell or a terminal does, this stands for Node in its arguments. */
function nodeThatCollects() {
  const file = join(folder, 'node');
  if (!existsSync(file)) {
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' --import '${import.meta.url}' "$@"\n`);
    chmodSync(file, 0o755);
  }
  return file;
}

function passOn() {
  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function spawnCollecting(options) {
    const { file, args = [] } = options;
    if (file === process.execPath && !args.includes(import.meta.url))
      return spawn.call(this, { ...options, args: [args[0], '--import', import.meta.url, ...args.slice(1)] });
    if (args.some((arg) => arg.includes(process.execPath))) {
      const node = nodeThatCollects();
      return spawn.call(this, { ...options, args: args.map((arg) => arg.replaceAll(process.execPath, node)) });
    }
    return spawn.call(this, options);
  };
}

function collect() {
  const file = join(folder, `${process.pid}-${Date.now()}.jsonl`);
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  const write = () => {
    session.post('Profiler.takePreciseCoverage', (_error, taken) => {
      const own = (taken?.result ?? []).filter(({ url }) => ownCode.test(url));
      if (own.length > 0) appendFileSync(file, own.map((script) => `${JSON.stringify(script)}\n`).join(''));
    });
  };
  setInterval(write, writeEveryMs).unref();
  process.on('exit', write);
}

if (isMainThread && folder) {
  const { env: environment } = process;
  const program = process.argv[1] ?? '';
  // Vitest counts what runs in its own processes.
  if (/\/vitest\/dist\/workers\//.test(program)) {
    delete environment.NODE_OPTIONS;
    passOn();
  } else if (!/\/vitest(?:\.mjs)?$/.test(program)) {
    passOn();
    collect();
  }
}
