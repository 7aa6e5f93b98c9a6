import { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { ControlOrder, ControlReport, VariableChanges } from '../../process/control-channel.ts';

/** Our end of the pipe to the program that started this one. It never keeps the event loop alive but while it waits. */
export interface ControlPipe {
  report(report: ControlReport): void;
  /** Says that this process waits, and resolves when it is told to load. `false`: nobody is there any more. */
  hold(): Promise<boolean>;
  /**
   * Makes the changes of variables that were ordered up to a version, and waits for the orders if they have not come.
   * What comes with no version asked for stays until one is.
   */
  makeChanges(version: number): Promise<void>;
}

export interface ControlPipeOptions {
  readonly fd: number;
  readonly env: NodeJS.ProcessEnv;
}

/** Opens the pipe: lines of JSON in both directions. What is no order of ours is ignored. */
export function openControlPipe({ fd, env }: ControlPipeOptions): ControlPipe {
  const socket = new Socket({ fd, readable: true, writable: true });
  socket.unref();
  let changes: (ControlOrder & { readonly type: 'env' })[] = [];
  let lastVersion = 0;
  let mayLoad = false;
  let open = true;
  let wake = (): void => undefined;

  const obey = (order: ControlOrder): void => {
    if (order.type === 'env') {
      changes.push(order);
      lastVersion = Math.max(lastVersion, order.version);
      return;
    }
    mayLoad = true;
    applyChanges(order.env ?? {}, env);
  };
  const waitUntil = async (isSo: () => boolean): Promise<void> => {
    socket.ref();
    while (open && !isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    socket.unref();
  };
  readLines(socket, (line) => {
    const order = parseOrder(line);
    if (order !== undefined) obey(order);
    wake();
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    open = false;
    wake();
  });

  return {
    report(report) {
      if (socket.writable) socket.write(`${JSON.stringify(report)}\n`);
    },
    async hold() {
      this.report({ type: 'held' });
      await waitUntil(() => mayLoad);
      return mayLoad;
    },
    async makeChanges(version) {
      await waitUntil(() => lastVersion >= version);
      const due = changes.filter((order) => order.version <= version);
      changes = changes.filter((order) => order.version > version);
      for (const order of due) applyChanges(order.env, env);
    },
  };
}

function readLines(socket: Socket, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (pending + decoder.write(chunk)).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

function applyChanges(changes: VariableChanges, env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
}

function parseOrder(line: string): ControlOrder | undefined {
  const message = parseObject(line);
  const env = isChanges(message?.env) ? message.env : undefined;
  if (message?.type === 'load') return env === undefined ? { type: 'load' } : { type: 'load', env };
  if (message?.type !== 'env' || env === undefined || typeof message.version !== 'number') return undefined;
  return { type: 'env', version: message.version, env };
}

function isChanges(value: unknown): value is VariableChanges {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((change) => change === null || typeof change === 'string')
  );
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
