import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Emulator } from '@live-lambda/emulator';
import { type Channel, toStubNamespace, toTunnelNamespace } from '@live-lambda/protocol';
import { createAppSyncChannel } from '@live-lambda/protocol/appsync';

/** One Event API with the link's two namespaces, in an emulator in this process. */
export interface Broker extends AsyncDisposable {
  readonly emulator: Emulator;
  /** `127.0.0.1:PORT` of the Event API. */
  readonly host: string;
  /** Publish requests that were refused until now because there were too many in a second. */
  readonly throttled: number;
  /** A client of its own, with a WebSocket of its own. */
  connect(): Channel;
}

/** What AppSync answers to the 26th publish request of a WebSocket in a second (AppSync Events quotas). */
const throttledError = 'LimitExceededError';

const iam = [{ AuthType: 'AWS_IAM' }];

const template = {
  Resources: {
    Api: {
      Type: 'AWS::AppSync::Api',
      Properties: {
        Name: 'bench',
        EventConfig: {
          AuthProviders: iam,
          ConnectionAuthModes: iam,
          DefaultPublishAuthModes: iam,
          DefaultSubscribeAuthModes: iam,
        },
      },
    },
    ...Object.fromEntries(
      [toTunnelNamespace, toStubNamespace].map((name, index) => [
        `Namespace${index}`,
        {
          Type: 'AWS::AppSync::ChannelNamespace',
          Properties: { ApiId: { 'Fn::GetAtt': ['Api', 'ApiId'] }, Name: name },
        },
      ]),
    ),
  },
  Outputs: { Host: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Http'] } } },
};

async function writeAssembly(folder: string): Promise<void> {
  await mkdir(folder);
  const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'bench.template.json' } };
  await writeFile(join(folder, 'bench.template.json'), JSON.stringify(template));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ version: '50.0.0', artifacts: { Bench: stack } }));
}

/** @param folder one to write in, which the caller removes. */
export async function startBroker(folder: string): Promise<Broker> {
  const assemblyFolder = join(folder, 'broker');
  await writeAssembly(assemblyFolder);
  let throttled = 0;
  const emulator = await Emulator.start({
    onEvent: (event) => {
      if (event.type === 'frame-refused' && event.errorType === throttledError) throttled += 1;
    },
  });
  const channels: Channel[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(channels.map((channel) => channel[Symbol.asyncDispose]()));
    await emulator.close();
  };
  try {
    const { stacks } = await emulator.deploy(assemblyFolder);
    const host = stacks[0]?.outputs.Host;
    if (host === undefined) throw new Error('The emulator gave the Event API of the benchmark no host.');
    const { region, developerCredentials } = emulator;
    return {
      emulator,
      host,
      get throttled() {
        return throttled;
      },
      connect() {
        const endpoint = { httpHost: host, realtimeHost: host, region };
        const channel = createAppSyncChannel({ endpoint, credentials: async () => developerCredentials });
        channels.push(channel);
        return channel;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
