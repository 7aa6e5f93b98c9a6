// The cloud of an endurance run, as a process of its own: an emulator that is told over Node's channel what to do.
import { Emulator } from '@live-lambda/emulator';
import type { CloudAnswer, CloudEnvironment, CloudFacts, CloudRequest } from './cloud.ts';

const environments = new Map<string, CloudEnvironment>();

const seed = Number(process.argv[2]);
const emulator = await Emulator.start({
  seed,
  asynchronousRetryDelaysMs: [500, 1000],
  onEvent: (event) => {
    if (event.type === 'environment-started') {
      const { functionName, logStream, pid } = event;
      environments.set(logStream, { functionName, pid });
    } else if (event.type === 'environment-stopped') environments.delete(event.logStream);
  },
});

async function deploy(folder: string): Promise<CloudFacts> {
  const { stacks } = await emulator.deploy(folder);
  // A logical id is the construct id and eight digits of a hash.
  const names = stacks.flatMap(({ functions }) => functions.map((fn) => [fn.logicalId.slice(0, -8), fn.name] as const));
  const { endpoint, region, developerCredentials: credentials } = emulator;
  return { endpoint, region, credentials, names: Object.fromEntries(names) };
}

async function perform(request: CloudRequest): Promise<CloudAnswer['result']> {
  switch (request.type) {
    case 'deploy':
      return deploy(request.folder);
    case 'cut':
      emulator.faults.disconnectAll();
      return undefined;
    case 'half-open':
      emulator.faults.halfOpenAll();
      return undefined;
    case 'environments':
      return [...environments.values()];
    default:
      return request satisfies never;
  }
}

process.on('message', async (message: { readonly id: number; readonly request: CloudRequest }) => {
  try {
    process.send?.({ id: message.id, result: await perform(message.request) } satisfies CloudAnswer);
  } catch (error) {
    process.send?.({ id: message.id, error: String(error) } satisfies CloudAnswer);
  }
});

// Signals go to whoever started this, who then ends the channel.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', async () => {
  await emulator.close();
  process.exit();
});
process.send?.({ id: 0, result: undefined } satisfies CloudAnswer);
