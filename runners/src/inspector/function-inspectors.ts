import type { FunctionSpec } from '../runner.ts';
import { createInspectorFront, type InspectorFront, type InspectorTarget } from './inspector-front.ts';

/** The addresses at which debuggers attach: one for each function. */
export interface FunctionInspectors {
  /** Opens the address of a function, the next free port after those before. */
  open(fn: FunctionSpec): Promise<void>;
  target(functionId: string): InspectorTarget | undefined;
  isAttached(functionId: string, target: InspectorTarget): boolean;
  aim(functionId: string, target: InspectorTarget | undefined): void;
  close(functionId: string): Promise<void>;
  closeAll(): Promise<void>;
}

export interface FunctionInspectorsOptions {
  readonly port: number;
  readonly onListening: (functionId: string, front: InspectorFront) => void;
  readonly onAttached: (functionId: string, isAttached: boolean) => void;
  readonly onFault: (functionId: string, error: unknown) => void;
}

export function createFunctionInspectors(options: FunctionInspectorsOptions): FunctionInspectors {
  const fronts = new Map<string, InspectorFront>();
  let nextPort = options.port;
  let closed = false;
  /** Ports are given out one after the other, so that the order of functions decides. */
  let settling: Promise<void> = Promise.resolve();

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    settling = settling.then(work);
    return settling;
  };
  const open = async (fn: FunctionSpec): Promise<void> => {
    if (closed || fronts.has(fn.id)) return;
    try {
      const front = await createInspectorFront({
        title: fn.id,
        file: fn.entry,
        port: nextPort,
        onAttached: (isAttached) => options.onAttached(fn.id, isAttached),
      });
      nextPort = front.port + 1;
      fronts.set(fn.id, front);
      options.onListening(fn.id, front);
    } catch (error) {
      options.onFault(fn.id, error);
    }
  };
  return {
    open: (fn) => inTurn(() => open(fn)),
    target: (functionId) => fronts.get(functionId)?.target,
    isAttached(functionId, target) {
      const front = fronts.get(functionId);
      return front?.isAttached === true && front.target === target;
    },
    aim: (functionId, target) => fronts.get(functionId)?.aim(target),
    close: (functionId) =>
      inTurn(async () => {
        const front = fronts.get(functionId);
        fronts.delete(functionId);
        await front?.close();
      }),
    async closeAll() {
      closed = true;
      await settling;
      const all = [...fronts.values()];
      fronts.clear();
      await Promise.all(all.map((front) => front.close()));
    },
  };
}
