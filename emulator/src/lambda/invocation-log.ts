import type { ErrorOutcome } from '@live-lambda/runner/runtime-api';
import { maxLogResultBytes } from './function-configuration.ts';

/** What the REPORT line of an invocation says. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memoryMb: number;
  /** `undefined` where this machine cannot tell. */
  readonly maxMemoryMb: number | undefined;
  /** Set when the environment was initialised for this invocation. */
  readonly initMs: number | undefined;
  readonly failure: ErrorOutcome | undefined;
}

export const startLine = (requestId: string, version: string): string =>
  `START RequestId: ${requestId} Version: ${version}`;

export const endLine = (requestId: string): string => `END RequestId: ${requestId}`;

/** The type that the body of an error names. */
export const errorTypeOf = (body: Uint8Array): string => {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof value === 'object' && value !== null && 'errorType' in value) return String(value.errorType);
  } catch {
    // A body that a runtime wrote need not be JSON; then it has no type.
  }
  return 'Runtime.Unknown';
};

/** A handler that throws is no trouble of the platform's and leaves no status. */
const statusFields = (failure: ErrorOutcome | undefined): readonly string[] => {
  if (failure === undefined || failure.origin === 'handler') return [];
  if (failure.origin === 'timeout') return ['Status: timeout'];
  return ['Status: error', `Error Type: ${errorTypeOf(failure.body)}`];
};

/** The REPORT line in text format ("Sending Lambda function logs to CloudWatch Logs", AWS Lambda developer guide). */
export const reportLine = (report: InvocationReport): string =>
  [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(report.durationMs + (report.initMs ?? 0))} ms`,
    `Memory Size: ${report.memoryMb} MB`,
    ...(report.maxMemoryMb === undefined ? [] : [`Max Memory Used: ${report.maxMemoryMb} MB`]),
    ...(report.initMs === undefined ? [] : [`Init Duration: ${report.initMs.toFixed(2)} ms`]),
    ...statusFields(report.failure),
  ].join('\t');

/** The end of an invocation's log, as `LogType=Tail` returns it. */
export interface LogTail {
  append(line: string): void;
  /** Base64 of the last 4 KB. */
  encode(): string;
}

export const createLogTail = (): LogTail => {
  let kept = Buffer.alloc(0);
  return {
    append: (line) => {
      kept = Buffer.concat([kept, Buffer.from(`${line}\n`)]).subarray(-maxLogResultBytes);
    },
    encode: () => kept.toString('base64'),
  };
};
