import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';

/** What a process of Node holds after a garbage collection. */
export interface Heap {
  readonly pid: number;
  readonly usedBytes: number;
  /** Buffers and what else lies outside of the heap. */
  readonly externalBytes: number;
  /** What keeps its event loop alive, by kind: timers, sockets, pipes. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Where Node's inspector listens when SIGUSR1 starts it ("Debugging Node.js", nodejs.org). */
const inspectorUrl = 'http://127.0.0.1:9229/json/list';
const askEveryMs = 10;
const limitMs = 10_000;

const expression = `(() => {
  const { heapUsed, external } = process.memoryUsage();
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  setImmediate(() => process.getBuiltinModule('node:inspector').close());
  return { pid: process.pid, usedBytes: heapUsed, externalBytes: external, resources };
})()`;

/** The inspector that listens now, if any. */
async function inspector(): Promise<string | undefined> {
  try {
    const targets = (await (await fetch(inspectorUrl)).json()) as readonly { readonly webSocketDebuggerUrl: string }[];
    return targets[0]?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

async function isFree(): Promise<true | undefined> {
  return (await inspector()) ? undefined : true;
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const endMs = performance.now() + limitMs; performance.now() < endMs; await wait(askEveryMs)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} after ${limitMs} ms`);
}

function session(socket: WebSocket) {
  let calls = 0;
  return (method: string, params: object = {}): Promise<{ readonly result?: { readonly value?: Heap } }> =>
    new Promise((resolve, reject) => {
      calls += 1;
      const id = calls;
      const look = (data: WebSocket.RawData) => {
        const message = JSON.parse(String(data));
        if (message.id !== id) return;
        socket.off('message', look);
        resolve(message.result);
      };
      socket.on('message', look);
      socket.once('close', () => reject(new Error('the inspector went away')));
      socket.send(JSON.stringify({ id, method, params }));
    });
}

/**
 * Looks into a process of Node as a debugger does, and leaves it as it was.
 * @throws Error when something else listens at the inspector's port, or the process does not answer
 */
export async function lookAtHeap(pid: number): Promise<Heap> {
  // Another debugger may listen there for a moment.
  await until(`something else answers at ${inspectorUrl}`, isFree);
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await until(`process ${pid} has no inspector`, inspector));
  try {
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const call = session(socket);
    await call('HeapProfiler.collectGarbage');
    const { result } = await call('Runtime.evaluate', { expression, returnByValue: true });
    if (result?.value?.pid !== pid) throw new Error(`process ${pid} said nothing of its memory`);
    return result.value;
  } finally {
    socket.terminate();
    await until(`the inspector of ${pid} still listens`, isFree);
  }
}
