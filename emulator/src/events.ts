import type { StruckFault } from './faults/fault-injector.ts';

/** Everything that the emulator tells whoever embeds it. It never prints. */
export type EmulatorEvent =
  | {
      readonly type: 'environment-started';
      readonly functionName: string;
      /** The log stream, which is what names an environment to a reader of CloudWatch. */
      readonly logStream: string;
      readonly pid: number;
      /** What is `/var/task` in Lambda. */
      readonly folder: string;
    }
  | { readonly type: 'environment-stopped'; readonly functionName: string; readonly logStream: string }
  | {
      readonly type: 'log-line';
      readonly functionName: string;
      readonly logStream: string;
      readonly requestId: string | undefined;
      /** `platform` for the START, END and REPORT lines that Lambda writes itself. */
      readonly source: 'stdout' | 'stderr' | 'platform';
      readonly text: string;
    }
  | {
      readonly type: 'invocation-finished';
      readonly functionName: string;
      readonly logStream: string;
      readonly requestId: string;
      readonly outcome: 'response' | 'error';
      /** Set when the environment was started for this invocation. */
      readonly initMs: number | undefined;
      readonly durationMs: number;
    }
  | {
      readonly type: 'invocation-failed';
      readonly functionName: string;
      readonly requestId: string;
      readonly reason: string;
    }
  | {
      /** An asynchronous invocation ended in an error and is run again under its request id. */
      readonly type: 'asynchronous-retry';
      readonly functionName: string;
      readonly requestId: string;
      /** Which attempt comes next; the first one was 1. */
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  | {
      readonly type: 'asynchronous-given-up';
      readonly functionName: string;
      readonly requestId: string;
      /** How often it was run. */
      readonly attempts: number;
      readonly reason: string;
    }
  | {
      readonly type: 'resource-skipped';
      readonly stackName: string;
      readonly logicalId: string;
      readonly resourceType: string;
      readonly reason: string;
    }
  | {
      readonly type: 'placeholder-used';
      readonly stackName: string;
      /** The resource that was skipped. */
      readonly logicalId: string;
      /** The attribute asked for; `Ref` for the physical name. */
      readonly attribute: string;
      readonly value: string;
    }
  | {
      readonly type: 'frame-dropped';
      readonly apiName: string;
      readonly reason: 'connection-closing' | 'slow-consumer';
    }
  | {
      /** Somebody is who they say, and may not do what they ask for. */
      readonly type: 'access-denied';
      readonly principalArn: string;
      /** `service:Operation` */
      readonly action: string;
      readonly resource: string;
      /** Which policy denies it, or which one does not allow it. */
      readonly reason: string;
    }
  | {
      /** The code of a channel namespace wrote to its console. */
      readonly type: 'handler-output';
      readonly apiName: string;
      readonly namespace: string;
      readonly handler: 'onPublish' | 'onSubscribe';
      readonly text: string;
    }
  | {
      /** The code of a channel namespace has a mistake, of which its clients learn nothing. */
      readonly type: 'handler-failed';
      readonly apiName: string;
      readonly namespace: string;
      readonly handler: 'onPublish' | 'onSubscribe';
      readonly reason: string;
    }
  | ({ readonly type: 'fault-struck' } & StruckFault)
  | { readonly type: 'frame-refused'; readonly apiName: string; readonly errorType: string; readonly message: string };

export type EmulatorListener = (event: EmulatorEvent) => void;

/** One readable line for an event, for a host that has nothing better to show. */
export const describeEvent = (event: EmulatorEvent): string => {
  switch (event.type) {
    case 'environment-started':
      return `${event.functionName}: environment started (pid ${event.pid}, ${event.folder})`;
    case 'environment-stopped':
      return `${event.functionName}: environment ${event.logStream} stopped`;
    case 'log-line':
      return `${event.functionName}: ${event.text}`;
    case 'invocation-finished':
      return `${event.functionName}: ${event.requestId} answered with ${event.outcome === 'response' ? 'a response' : 'an error'} after ${event.durationMs} ms`;
    case 'invocation-failed':
      return `${event.functionName}: ${event.requestId} could not be run: ${event.reason}`;
    case 'asynchronous-retry':
      return `${event.functionName}: ${event.requestId} is run again, attempt ${event.attempt}, in ${event.delayMs} ms: ${event.reason}`;
    case 'asynchronous-given-up':
      return `${event.functionName}: ${event.requestId} is given up after ${event.attempts} attempts: ${event.reason}`;
    case 'access-denied':
      return `${event.principalArn} may not ${event.action} on ${event.resource}: ${event.reason}`;
    case 'handler-output':
      return `${event.apiName}/${event.namespace} ${event.handler}: ${event.text}`;
    case 'handler-failed':
      return `${event.apiName}/${event.namespace}: ${event.handler} failed: ${event.reason}`;
    case 'fault-struck':
      return `${event.apiName}: fault ${event.fault} struck (${event.count})`;
    case 'resource-skipped':
      return `${event.stackName}: ${event.logicalId} (${event.resourceType}) skipped: ${event.reason}`;
    case 'placeholder-used':
      return `${event.stackName}: ${event.logicalId}.${event.attribute} is not emulated, "${event.value}" stands in for it`;
    case 'frame-dropped':
      return `${event.apiName}: a frame was dropped (${event.reason})`;
    case 'frame-refused':
      return `${event.apiName}: a frame was refused: ${event.errorType}: ${event.message}`;
    default:
      return event satisfies never;
  }
};
