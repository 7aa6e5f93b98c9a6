import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { executorOf, isAlive, runnerFor, type StartedExecutor } from '../fixtures/executor-fixture.ts';
import { taskFolder } from '../fixtures/task-folder.ts';
import type { FunctionSpec } from '../runner.ts';
import { builtInRunners } from '../runners/built-in.ts';

/** A port per test: those of one that ended may linger. */
let nextPort = 39_500;

interface Paused {
  readonly callFrames: readonly {
    readonly functionName: string;
    readonly location: { readonly lineNumber: number; readonly columnNumber: number };
  }[];
}

interface ParsedScript {
  readonly scriptId: string;
  readonly url: string;
  readonly sourceMapURL?: string;
}

/** A debugger that speaks the inspector's protocol, as an editor does. */
interface Debugger {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** The next pause. */
  paused(): Promise<Paused>;
  readonly scripts: readonly ParsedScript[];
  readonly closed: Promise<unknown>;
  leave(): void;
}

async function attach(url: string): Promise<Debugger> {
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close');
  const answers = new Map<number, (result: Record<string, unknown>) => void>();
  const scripts: ParsedScript[] = [];
  const pauses: Paused[] = [];
  let onPause: ((paused: Paused) => void) | undefined;
  let lastId = 0;
  socket.on('message', (data) => {
    const { id, method, params, result } = JSON.parse(String(data));
    if (id !== undefined) answers.get(id)?.(result ?? {});
    else if (method === 'Debugger.scriptParsed') scripts.push(params);
    else if (method === 'Debugger.paused') {
      if (onPause === undefined) pauses.push(params);
      else onPause(params);
      onPause = undefined;
    }
  });
  await once(socket, 'open');
  return {
    send: (method, params = {}) =>
      new Promise((resolve) => {
        lastId += 1;
        answers.set(lastId, resolve);
        // What it asks for may be the last thing that the process does.
        void closed.then(() => resolve({}));
        socket.send(JSON.stringify({ id: lastId, method, params }));
      }),
    paused: () =>
      new Promise((resolve) => {
        const waiting = pauses.shift();
        if (waiting === undefined) onPause = resolve;
        else resolve(waiting);
      }),
    scripts,
    closed,
    leave: () => socket.close(),
  };
}

async function debuggable(
  options: Omit<Parameters<typeof executorOf>[0], 'inspect'>,
  brk = false,
): Promise<StartedExecutor & { readonly url: string }> {
  nextPort += 10;
  const started = executorOf({ ...options, inspect: { port: nextPort, brk } });
  await started.executor.prepareAll([started.spec]);
  const [listening] = await started.told('inspector-listening');
  return Object.assign(started, { url: listening?.url ?? '' });
}

const runnerNamed = (name: string) => (_fn: FunctionSpec) => {
  const runner = builtInRunners().find((each) => each.name === name);
  if (runner === undefined) throw new Error(`there is no runner ${name}`);
  return runner;
};

const source = (answer: string): string => `interface Event { readonly n: number }

export const handler = async ({ n }: Event): Promise<string> => {
  const answer = \`${answer} \${n}\`;
  return answer;
};
`;

/** 0-based, as the inspector counts: the one with `const answer`. */
const ANSWER_LINE = 3;

interface MappedScript {
  readonly scriptId: string;
  readonly map: SourceMap;
}

/** The script that was made of a source file, with its map, as an editor finds it. */
async function scriptOf(editor: Debugger, file: string): Promise<MappedScript> {
  for (const { scriptId, sourceMapURL, url } of editor.scripts) {
    if (!sourceMapURL || !url.startsWith('file:')) continue;
    const payload: SourceMapPayload = await readMap(sourceMapURL, url);
    const sources = payload.sources.map((each) => fileURLToPath(new URL(each, url)));
    if (sources.includes(file)) return { scriptId, map: new SourceMap(payload) };
  }
  throw new Error(`No script was made of ${file}: ${editor.scripts.map(({ url }) => url).join('\n')}`);
}

async function readMap(sourceMapUrl: string, scriptUrl: string): Promise<SourceMapPayload> {
  const url = new URL(sourceMapUrl, scriptUrl);
  return JSON.parse(url.protocol === 'data:' ? await (await fetch(url)).text() : readFileSync(url, 'utf8'));
}

/** Sets a breakpoint at a line of a source file, and gives the map with which to read where it was hit. */
async function breakAt(editor: Debugger, file: string, line: number): Promise<MappedScript> {
  await editor.send('Debugger.enable');
  const script = await scriptOf(editor, file);
  const { scriptSource } = await editor.send('Debugger.getScriptSource', { scriptId: script.scriptId });
  for (const [lineNumber, text] of String(scriptSource).split('\n').entries()) {
    for (let columnNumber = 0; columnNumber < text.length; columnNumber += 1) {
      if (!isAtLine(script.map, { lineNumber, columnNumber }, line)) continue;
      await editor.send('Debugger.setBreakpoint', {
        location: { scriptId: script.scriptId, lineNumber, columnNumber },
      });
      return script;
    }
  }
  throw new Error(`Nothing was made of line ${line} of ${file}`);
}

function isAtLine(map: SourceMap, at: { readonly lineNumber: number; readonly columnNumber: number }, line: number) {
  const entry = map.findEntry(at.lineNumber, at.columnNumber);
  return 'originalLine' in entry && entry.originalLine === line;
}

describe('a breakpoint by the line of a TypeScript file', () => {
  it.each([
    ['tsx', {}],
    ['esbuild', { bundling: { format: 'cjs', hasCommandHooks: false }, moduleHandler: 'index.handler' }],
  ] as const)(
    'is hit, and after a change hit again at the same address, where %s runs the function',
    async (name, spec) => {
      const started = await debuggable({
        files: { 'orders.ts': source('old') },
        entry: 'orders.ts',
        runnerFor: runnerNamed(name),
        spec,
      });
      await started.invoke({ n: 0 });
      await started.told('spare-waiting');
      const hit = async (n: number): Promise<Debugger & { readonly answer: unknown }> => {
        const editor = await attach(started.url);
        const { map } = await breakAt(editor, started.spec.entry, ANSWER_LINE);
        const invoked = started.invoke({ n });
        const { callFrames } = await editor.paused();
        const at = callFrames[0]?.location ?? expect.fail('nowhere');
        expect(isAtLine(map, at, ANSWER_LINE)).toBe(true);
        await editor.send('Debugger.resume');
        return Object.assign(editor, { answer: (await invoked).body });
      };
      const before = await hit(1);
      expect(before.answer).toBe('old 1');
      started.write('orders.ts', source('new'));
      // An editor comes again when it is disconnected.
      await before.closed;
      await started.told('reloaded');
      expect((await hit(2)).answer).toBe('new 2');
    },
  );
});

/** Answers when its time is over by its own account. */
const patient = `export const handler = async (event, context) => {
  while (event.patient && context.getRemainingTimeInMillis() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  return 'beyond';
};`;

describe('while a debugger is attached', () => {
  const stoppable = {
    files: {
      'index.mjs': 'export const handler = async ({ stop }) => {\n  if (stop) debugger;\n  return process.pid;\n};',
    },
    watch: false,
  };

  it('no deadline kills what it holds: it is told, and so is the late answer', async () => {
    const started = await debuggable(stoppable);
    const { body: pid } = await started.invoke();
    const editor = await attach(started.url);
    await editor.send('Debugger.enable');
    const deadlineMs = Date.now() + 100;
    const invoked = started.invoke({ stop: true }, { deadlineMs });
    await editor.paused();
    const [overdue] = await started.told('debugger-overdue');
    expect(overdue).toMatchObject({ functionId: 'Shop/Orders', environmentId: 'e1' });
    await editor.send('Debugger.resume');
    expect((await invoked).body).toBe(pid);
    expect(started.eventsOf('late-result')).toMatchObject([
      { requestId: overdue?.requestId, outcome: { type: 'response' }, lateMs: expect.any(Number) },
    ]);
    expect((await started.invoke()).body).toBe(pid);
  });

  it('an event that its caller gave up on goes on, and the next one gets another process', async () => {
    const started = await debuggable(stoppable);
    const { body: pid } = await started.invoke();
    const editor = await attach(started.url);
    await editor.send('Debugger.enable');
    const invoked = started.invoke({ stop: true });
    await editor.paused();
    started.executor.end('e1');
    expect((await started.invoke()).body).not.toBe(pid);
    expect(isAlive(pid)).toBe(true);
    await editor.send('Debugger.resume');
    expect((await invoked).body).toBe(pid);
    expect(started.eventsOf('late-result')).toMatchObject([{ outcome: { type: 'response' } }]);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('and leaves, what nobody waits for any more is ended', async () => {
    const started = await debuggable(stoppable);
    const { body: pid } = await started.invoke();
    const editor = await attach(started.url);
    await editor.send('Debugger.enable');
    const invoked = started.invoke({ stop: true });
    await editor.paused();
    started.executor.end('e1');
    editor.leave();
    await expect.poll(() => isAlive(pid)).toBe(false);
    await invoked;
  });

  it('that an editor brought along by its own variables, no deadline kills what it may hold', async () => {
    const started = executorOf({
      files: {
        'index.mjs': 'export const handler = async () => new Promise((resolve) => setTimeout(resolve, 300, 1));',
      },
      watch: false,
      runnerFor: (fn) => ({
        ...runnerFor(fn),
        prepare: async (spec, options) => {
          const prepared = await runnerFor(fn).prepare(spec, options);
          if (prepared.state === 'broken') return prepared;
          const { launch } = prepared;
          // An editor's bootloader opens the inspector; the flag stands in for it.
          return { ...prepared, launch: { ...launch, args: ['--inspect=127.0.0.1:0', ...launch.args] } };
        },
      }),
    });
    await started.invoke();
    expect((await started.invoke({}, { deadlineMs: Date.now() + 50 })).body).toBe(1);
    expect(started.eventsOf('debugger-overdue')).toHaveLength(1);
    expect(started.eventsOf('output')).toEqual([]);
  });

  it("an event goes on beyond its function's own timeout, and nobody is told while its caller waits", async () => {
    const started = await debuggable({ ...stoppable, files: { 'index.mjs': patient } });
    await started.invoke({ patient: false });
    await attach(started.url);
    await started.told('debugger-attached');
    expect((await started.invoke({ patient: true }, { timeoutMs: 50 })).body).toBe('beyond');
    expect(started.eventsOf('debugger-overdue')).toEqual([]);
    expect(started.eventsOf('late-result')).toEqual([]);
  });

  it('a deadline counts again for a process without one', async () => {
    const started = await debuggable({
      ...stoppable,
      files: { 'index.mjs': 'export const handler = async ({ spin }) => { while (spin); return 1; };' },
    });
    await started.invoke();
    const editor = await attach(started.url);
    editor.leave();
    await started.told('debugger-detached');
    const { body } = await started.invoke({ spin: true }, { deadlineMs: Date.now() + 200 });
    expect(body.errorType).toBe('Sandbox.Timedout');
  });
});

describe('a function that can be debugged', () => {
  it('does not print what Node says of its inspector', async () => {
    const started = await debuggable({
      files: { 'index.mjs': "export const handler = async () => { console.error('own words'); };" },
      watch: false,
    });
    const editor = attach(started.url);
    await started.invoke();
    (await editor).leave();
    await started.told('debugger-detached');
    await started.invoke();
    expect(started.eventsOf('output').map(({ line }) => line.text.split('\t').at(-1))).toEqual([
      'own words',
      'own words',
    ]);
  });

  it('has an address of its own, in the order of the functions', async () => {
    nextPort += 10;
    const started = executorOf({ files: { 'index.mjs': '' }, watch: false, inspect: { port: nextPort, brk: false } });
    await started.executor.prepareAll(['A', 'B'].map((name) => ({ ...started.spec, id: name })));
    const [first, second] = await started.told('inspector-listening', 2);
    expect([first?.functionId, second?.functionId]).toEqual(['A', 'B']);
    expect(second?.port).toBeGreaterThan(first?.port ?? 0);
  });

  it('waits before its code is loaded for a debugger, if that is asked for, however long that takes', async () => {
    const started = await debuggable(
      { files: { 'index.mjs': 'export const handler = async () => 1;' }, watch: false },
      true,
    );
    const invoked = started.invoke({}, { deadlineMs: Date.now() + 100 });
    await started.told('debugger-overdue');
    const editor = await attach(started.url);
    await editor.send('Debugger.enable');
    const stopped = editor.paused();
    await editor.send('Runtime.runIfWaitingForDebugger');
    await stopped;
    await editor.send('Debugger.resume');
    expect((await invoked).body).toBe(1);
  });

  it('that waits for a debugger which never comes is ended when its caller gives up', async () => {
    const started = await debuggable(
      { files: { 'index.mjs': 'export const handler = async () => 1;' }, watch: false },
      true,
    );
    const invoked = started.invoke({}, { deadlineMs: Date.now() + 50 });
    await started.told('debugger-overdue');
    started.executor.end('e1');
    expect((await invoked).body.errorType).toBe('LiveLambda.ProcessEnded');
    await expect.poll(() => started.pids.filter(isAlive)).toEqual([]);
  });
});

describe('the editor that started this program', () => {
  const files = {
    'index.mjs': 'export const handler = async () => [globalThis.loadedBy, process.env.VSCODE_INSPECTOR_OPTIONS];',
  };
  const laptopOf = () => {
    const bootloader = join(taskFolder({ 'bootloader.js': "globalThis.loadedBy = 'editor';" }), 'bootloader.js');
    return {
      PATH: process.env.PATH,
      NODE_OPTIONS: `--require ${bootloader}`,
      VSCODE_INSPECTOR_OPTIONS: '{"inspectorIpc":"x"}',
    };
  };

  it("attaches to the functions' processes by what it gave this one", async () => {
    const started = executorOf({ files, watch: false, laptop: laptopOf() });
    expect((await started.invoke()).body).toEqual(['editor', '{"inspectorIpc":"x"}']);
  });

  it('attaches at their own addresses where they have some', async () => {
    nextPort += 1;
    const started = executorOf({ files, watch: false, laptop: laptopOf(), inspect: { port: nextPort, brk: false } });
    expect((await started.invoke()).body).toEqual([null, null]);
  });
});
