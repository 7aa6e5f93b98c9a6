import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Emulator } from '@live-lambda/emulator';

/** The order service in an emulator, and a client that calls it. */
export interface Deployed {
  readonly emulator: Emulator;
  readonly lambda: LambdaClient;
  /** Physical name by construct id. */
  readonly names: ReadonlyMap<string, string>;
  /** Resources that the emulator does not know. */
  readonly skipped: readonly { readonly logicalId: string; readonly type: string }[];
}

/** What a caller got, and when. */
export interface Answer {
  readonly requestId: string;
  readonly failed: boolean;
  readonly payload: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

export async function deploy(emulator: Emulator, assemblyFolder: string): Promise<Deployed> {
  const { stacks } = await emulator.deploy(assemblyFolder);
  // A logical id is the construct id and eight digits of a hash.
  const names = new Map(stacks.flatMap((stack) => stack.functions).map((fn) => [fn.logicalId.slice(0, -8), fn.name]));
  const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
  const lambda = new LambdaClient({
    endpoint: emulator.endpoint,
    region: emulator.region,
    credentials: { accessKeyId, secretAccessKey },
    // One call is one invocation here: what fails is to be seen.
    maxAttempts: 1,
  });
  return { emulator, lambda, names, skipped: stacks.flatMap((stack) => stack.skipped) };
}

/** @param fn construct id of the function */
export async function invoke({ lambda, names }: Deployed, fn: string, event: unknown): Promise<Answer> {
  const sentAt = Date.now();
  const { $metadata, Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: names.get(fn) ?? fn, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  return {
    requestId: $metadata.requestId ?? '',
    failed: FunctionError !== undefined,
    payload: Buffer.from(Payload ?? []).toString(),
    sentAt,
    answeredAt: Date.now(),
  };
}

/** The message of an error, in one line. */
export function messageOf({ payload }: Answer): string {
  return String(JSON.parse(payload).errorMessage).replaceAll('\n', ' ');
}
