import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Emulator } from '@live-lambda/emulator';
import { startTunnel, synthesize } from '../demo/programs.ts';
import type { Corpus } from './corpus.ts';

/** The order service, live in an emulator of its own, with a tunnel in a process of its own. */
export interface LiveApp extends AsyncDisposable {
  /** @param functionId construct id of the function. */
  invoke(functionId: string, event: string): Promise<void>;
  /** Deploys all functions anew, so that the next invocation of each meets a new execution environment. */
  redeploy(): Promise<void>;
}

type Undo = () => Promise<unknown>;

async function undoAll(undos: readonly Undo[]): Promise<void> {
  for (const undo of [...undos].reverse()) await undo();
}

/** A document for ArchiveDocument, which hands it on as it is: exactly so many bytes as JSON, of which it needs a hundred. */
export function documentOf(corpus: Corpus, bytes: number): string {
  const document = (body: string) => ({
    key: 'catalogue.json',
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
  });
  const frameBytes = JSON.stringify(document('')).length;
  const text = Buffer.from(corpus.bytes('catalogue', bytes)).toString();
  // Each character is to be one byte of JSON.
  return JSON.stringify(document(text.replace(/[^ -~]|["\\]/g, "'").slice(0, bytes - frameBytes)));
}

/** Changes what all functions have in common as configuration. */
async function describeFunctions(assemblyFolder: string, description: string): Promise<void> {
  const file = join(assemblyFolder, 'OrderService.template.json');
  const template = JSON.parse(await readFile(file, 'utf8')) as {
    readonly Resources: Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>;
  };
  for (const { Type, Properties } of Object.values(template.Resources))
    if (Type === 'AWS::Lambda::Function' && Properties) Properties.Description = description;
  await writeFile(file, JSON.stringify(template));
}

/** @param folder one to write in, which the caller removes. */
export async function startLiveApp(folder: string, signal: AbortSignal): Promise<LiveApp> {
  const assemblyFolder = join(folder, 'cdk.out');
  await synthesize(assemblyFolder, signal);
  const undos: Undo[] = [];
  try {
    const emulator = await Emulator.start();
    undos.push(() => emulator.close());
    const { stacks } = await emulator.deploy(assemblyFolder);
    // A logical id is the construct id and eight digits of a hash.
    const names = new Map(stacks.flatMap((stack) => stack.functions).map((fn) => [fn.logicalId.slice(0, -8), fn.name]));
    const { accessKeyId, secretAccessKey } = emulator.developerCredentials;
    const { endpoint, region } = emulator;
    const tunnel = startTunnel({
      assemblyFolder,
      endpoint,
      runner: 'tsx',
      variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region },
    });
    undos.push(() => tunnel.stop());
    await tunnel.waitFor(({ type }) => type === 'ready');
    const lambda = new LambdaClient({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
    undos.push(async () => lambda.destroy());
    let deployments = 0;
    return {
      async invoke(functionId, event) {
        const FunctionName = names.get(functionId);
        const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: event }));
        if (FunctionError === undefined) return;
        throw new Error(`${functionId} failed: ${Buffer.from(Payload ?? []).toString('utf8', 0, 500)}`);
      },
      async redeploy() {
        deployments += 1;
        await describeFunctions(assemblyFolder, `Deployment ${deployments}`);
        await emulator.deploy(assemblyFolder);
      },
      [Symbol.asyncDispose]: () => undoAll(undos),
    };
  } catch (error) {
    await undoAll(undos);
    throw error;
  }
}
