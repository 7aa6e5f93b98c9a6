import vm from 'node:vm';
import type { ChannelHandlers, HandlerName } from './compile-handlers.ts';

/** How the run of a handler ended. */
export type HandlerEnd =
  /** The value as JSON has it; `undefined` when there is none. */
  | { readonly type: 'returned'; readonly value?: unknown }
  | { readonly type: 'unauthorized' }
  /** By `util.error`. */
  | { readonly type: 'error'; readonly message: string; readonly errorType: string | undefined }
  /** By a mistake in the code. */
  | { readonly type: 'failed'; readonly reason: string };

export interface HandlerRun {
  readonly end: HandlerEnd;
  /** What it wrote to `console`, by line. */
  readonly output: readonly string[];
}

export interface HandlerCall {
  readonly name: HandlerName;
  /** What the handler is given, as plain JSON. */
  readonly context: object;
  /** How long it may run. */
  readonly timeLimitMs: number;
}

/**
 * Runs within the handler's own world, where nothing of this process exists: texts go in and a text comes out. What ends
 * a handler early is an object that only `util` has, so that no other value can pass for it.
 */
const driver = `'use strict';
(function (factory, name, contextText) {
  const output = [];
  const write = (...values) => {
    output.push(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value) ?? String(value))).join(' '));
  };
  const ends = new Map();
  const stop = (end) => {
    const thrown = Object.freeze({});
    ends.set(thrown, end);
    throw thrown;
  };
  const util = Object.freeze({
    unauthorized: () => stop({ type: 'unauthorized' }),
    error: (message, errorType) =>
      stop({ type: 'error', message: String(message), errorType: errorType == null ? undefined : String(errorType) }),
  });
  const run = () => {
    try {
      const handlers = factory({ util }, Object.freeze({ log: write, error: write }));
      if (typeof handlers[name] !== 'function') return { type: 'failed', reason: name + ' is no function' };
      return { type: 'returned', value: handlers[name](JSON.parse(contextText)) };
    } catch (thrown) {
      return ends.get(thrown) ?? { type: 'failed', reason: String(thrown) };
    }
  };
  return JSON.stringify({ end: run(), output });
})`;

/** The error is of the other world, whose classes are not those of this one. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

const failed = (reason: string): HandlerRun => ({ end: { type: 'failed', reason }, output: [] });

/**
 * Runs one handler in a world of its own, of which nothing stays. That world keeps out mistakes, not attackers: the code
 * is that of the app which is deployed.
 */
export const runHandler = (handlers: ChannelHandlers, { name, context, timeLimitMs }: HandlerCall): HandlerRun => {
  const { factory } = handlers;
  const script = `${driver}(${factory}, ${JSON.stringify(name)}, ${JSON.stringify(JSON.stringify(context))})`;
  const world = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
  try {
    return JSON.parse(vm.runInContext(script, world, { timeout: timeLimitMs, filename: `${name} handler` }));
  } catch (error) {
    return failed(isTimeout(error) ? `it took longer than ${timeLimitMs} ms` : String(error));
  }
};
