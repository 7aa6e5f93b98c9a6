import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type CloudRequest =
  | { readonly type: 'deploy'; readonly folder: string }
  | { readonly type: 'cut' | 'half-open' | 'environments' };

export interface CloudEnvironment {
  readonly functionName: string;
  readonly pid: number;
}

export interface CloudFacts {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Deployed names by construct id. */
  readonly names: Readonly<Record<string, string>>;
}

export interface CloudAnswer {
  readonly id: number;
  readonly result?: CloudFacts | readonly CloudEnvironment[] | undefined;
  readonly error?: string;
}

/** An emulator in a process of its own. */
export interface Cloud extends AsyncDisposable {
  readonly pid: number;
  deploy(folder: string): Promise<CloudFacts>;
  /** Cuts every WebSocket. */
  cut(): Promise<void>;
  /** Makes every WebSocket silent while its TCP connection stays up. */
  halfOpen(): Promise<void>;
  /** Execution environments that run or wait. */
  environments(): Promise<readonly CloudEnvironment[]>;
}

type Waiting = Map<
  number,
  { readonly resolve: (result: CloudAnswer['result']) => void; readonly reject: (error: Error) => void }
>;

function listen(child: ChildProcess, waiting: Waiting): void {
  child.on('message', ({ id, result, error }: CloudAnswer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the emulator ended with code ${code}`));
    waiting.clear();
  });
}

/** Node tells of each look at its memory, which nobody needs to read. */
function passOnErrors(child: ChildProcess): void {
  if (!child.stderr) return;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!/^Debugger (?:listening|attached|ending)|^For help, see:/.test(line)) process.stderr.write(`${line}\n`);
  });
}

export async function startCloud(seed: number): Promise<Cloud> {
  const child = fork(join(import.meta.dirname, 'cloud-main.ts'), [String(seed)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  passOnErrors(child);
  const waiting: Waiting = new Map();
  const answerTo = (id: number) =>
    new Promise<CloudAnswer['result']>((resolve, reject) => waiting.set(id, { resolve, reject }));
  let requests = 0;
  const ask = (request: CloudRequest) => {
    requests += 1;
    const answer = answerTo(requests);
    if (child.connected) child.send({ id: requests, request });
    else waiting.get(requests)?.reject(new Error('the emulator has ended'));
    return answer;
  };
  const ready = answerTo(0);
  listen(child, waiting);
  await ready;
  return {
    pid: child.pid ?? 0,
    deploy: async (folder) => (await ask({ type: 'deploy', folder })) as CloudFacts,
    cut: async () => void (await ask({ type: 'cut' })),
    halfOpen: async () => void (await ask({ type: 'half-open' })),
    environments: async () => (await ask({ type: 'environments' })) as readonly CloudEnvironment[],
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
