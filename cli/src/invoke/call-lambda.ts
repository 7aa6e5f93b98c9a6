import { awsClientOptions, type CloudAccess } from '../aws/client-options.ts';
import type { LambdaClient } from '../aws/lambda.ts';
import { awsError } from '../functions/deployment.ts';
import type { UserError } from '../user-error.ts';
import type { FoundFunction } from './find-function.ts';

export interface CallOptions {
  readonly fn: FoundFunction;
  readonly access: CloudAccess;
  /** JSON. */
  readonly event: string;
  /** `wait`: for the whole answer; `stream`: as it comes; `queue`: Lambda runs it later, and answers at once. */
  readonly kind: 'wait' | 'stream' | 'queue';
  /** Told each part of an answer as it comes. */
  readonly onChunk: (chunk: Uint8Array) => void;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

export interface CallAnswer {
  readonly requestId: string;
  readonly status: number;
  readonly region: string;
  readonly version: string | null;
  /** `Unhandled` or `Handled` where the function answered with an error. */
  readonly functionError: string | null;
  readonly payload: Buffer;
  /** The last 4 KB of the log; empty where Lambda gives none. */
  readonly logTail: string;
  /** From the call to the last byte of its answer. */
  readonly tookMs: number;
  readonly firstByteMs: number | null;
}

type Called = Omit<CallAnswer, 'region' | 'tookMs'>;

/**
 * Invokes a function once: what fails is never tried again by itself, since it may have run.
 * @throws UserError when Lambda refuses, or does not answer
 */
export async function callLambda(options: CallOptions): Promise<CallAnswer> {
  const { fn, access, kind, nowMs } = options;
  const { LambdaClient } = await import('../aws/lambda.ts');
  const client = new LambdaClient({ ...(await awsClientOptions({ access, region: fn.region })), maxAttempts: 1 });
  const startedAt = nowMs();
  try {
    const called = await (kind === 'stream' ? stream(client, options, startedAt) : invoke(client, options));
    return { ...called, region: await client.config.region(), tookMs: nowMs() - startedAt };
  } catch (error) {
    throw await callError(error, client, fn);
  } finally {
    client.destroy();
  }
}

async function invoke(client: LambdaClient, { fn, event, kind }: CallOptions): Promise<Called> {
  const { InvokeCommand } = await import('../aws/lambda.ts');
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: fn.functionName,
      Payload: Buffer.from(event),
      ...(kind === 'queue' ? { InvocationType: 'Event' } : { LogType: 'Tail' }),
    }),
  );
  return {
    requestId: answer.$metadata.requestId ?? '',
    status: answer.StatusCode ?? 0,
    version: answer.ExecutedVersion ?? null,
    functionError: answer.FunctionError ?? null,
    payload: Buffer.from(answer.Payload ?? []),
    logTail: decodeLog(answer.LogResult),
    firstByteMs: null,
  };
}

async function stream(client: LambdaClient, options: CallOptions, startedAt: number): Promise<Called> {
  const { fn, event, onChunk, nowMs } = options;
  const { InvokeWithResponseStreamCommand } = await import('../aws/lambda.ts');
  const answer = await client.send(
    new InvokeWithResponseStreamCommand({
      FunctionName: fn.functionName,
      Payload: Buffer.from(event),
      LogType: 'Tail',
    }),
  );
  const chunks: Uint8Array[] = [];
  let firstByteMs: number | null = null;
  let end: { ErrorCode?: string | undefined; ErrorDetails?: string | undefined; LogResult?: string | undefined } = {};
  for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
    if (PayloadChunk?.Payload) {
      firstByteMs ??= nowMs() - startedAt;
      chunks.push(PayloadChunk.Payload);
      onChunk(PayloadChunk.Payload);
    }
    end = InvokeComplete ?? end;
  }
  const failed = end.ErrorCode ?? null;
  return {
    requestId: answer.$metadata.requestId ?? '',
    status: answer.StatusCode ?? 0,
    version: answer.ExecutedVersion ?? null,
    functionError: failed,
    payload: chunks.length === 0 && failed !== null ? Buffer.from(end.ErrorDetails ?? '') : Buffer.concat(chunks),
    logTail: decodeLog(end.LogResult),
    firstByteMs,
  };
}

function decodeLog(encoded: string | undefined): string {
  return Buffer.from(encoded ?? '', 'base64').toString('utf8');
}

async function callError(error: unknown, client: LambdaClient, fn: FoundFunction): Promise<UserError> {
  if (error instanceof Error && error.name === 'ResourceNotFoundException') {
    return fn.notFound(await client.config.region());
  }
  return awsError(error, `Function ${fn.id ?? fn.functionName} could not be invoked`);
}
