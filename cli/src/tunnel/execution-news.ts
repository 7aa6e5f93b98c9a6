import { relative } from 'node:path';
import type { ExecutionEvent } from '@live-lambda/runner';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { Host, LiveEvent } from '../host.ts';
import { describeEnd } from './invocation-end.ts';

export interface ExecutionNewsOptions {
  readonly host: Host;
  readonly functionOf: (id: string) => LocalFunction | undefined;
  /** The folder to which the paths of changed files are relative. */
  readonly currentFolder: string;
}

/** Tells a host what the executor tells, in the words of the tunnel. */
export function executionNews(options: ExecutionNewsOptions): (event: ExecutionEvent) => void {
  return (event) => {
    const news = newsOf(event, options);
    if (news) options.host.notify(news);
  };
}

function newsOf(event: ExecutionEvent, { functionOf, currentFolder }: ExecutionNewsOptions): LiveEvent | undefined {
  if (event.type === 'note') {
    const { type, level, functionId, text } = event;
    const isNamed = functionId === undefined || text.includes(functionId);
    return { type, level, text: isNamed ? text : `${functionId}: ${text}` };
  }
  const { functionId, ...rest } = event;
  const common = { function: functionId };
  switch (rest.type) {
    case 'changed':
      return { ...rest, ...common, files: rest.files.map((file) => relative(currentFolder, file)) };
    case 'output':
      return { type: 'output', ...common, environmentId: rest.environmentId, ...lineOf(rest.line) };
    case 'withheld': {
      // Lambda sets PATH and its kind for every function; only what the app itself asked for is missed.
      const missed = rest.names.filter((name) => functionOf(functionId)?.described.environmentNames.includes(name));
      if (missed.length === 0) return undefined;
      const text = `${functionId}: not taken over from its environment in AWS, since they could run other code here: ${missed.join(', ')}. Give those that are meant for this machine in the config, functions[${JSON.stringify(functionId)}].env.`;
      return { type: 'note', level: 'warning', text };
    }
    // Nobody has to do or know anything about it; the memory that it takes is bounded.
    case 'spare-waiting':
      return undefined;
    case 'late-result': {
      const { type, environmentId, requestId, lateMs, outcome } = rest;
      return { type, ...common, environmentId, requestId, lateMs, ...describeEnd(outcome, undefined) };
    }
    default:
      return { ...rest, ...common };
  }
}

function lineOf({ stream, text, requestId }: Extract<ExecutionEvent, { type: 'output' }>['line']) {
  return { stream, text, requestId };
}
