import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Credentials } from '@live-lambda/emulator';

/** What a channel's subscriber was told, under the name of the subscription. */
interface Told {
  readonly name: string;
  readonly value: unknown;
}

type Report =
  | { readonly type: 'event'; readonly name: string; readonly event: unknown }
  | { readonly type: 'error'; readonly name: string; readonly messages: readonly string[] }
  | { readonly type: 'state'; readonly state: string }
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

/** A process that runs Amplify's client of AppSync Events. What it is asked for rejects with what Amplify says. */
export interface AmplifyClient extends Disposable {
  connect(channel: string): Promise<void>;
  /** Resolves when Amplify says that the subscription is ready. */
  subscribe(channel: string, name: string): Promise<void>;
  unsubscribe(name: string): Promise<void>;
  /** Over the WebSocket; a list is several events. */
  publish(channel: string, event: unknown): Promise<void>;
  /** Over HTTP; gives what failed of several events. */
  post(channel: string, event: unknown): Promise<unknown>;
  closeAll(): Promise<void>;
  /** The events of a subscription until now. */
  eventsOf(name: string): readonly unknown[];
  /** How its connection was until now, in Amplify's words. */
  readonly states: readonly string[];
}

export interface AmplifySettings {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly region: string;
  readonly caFile: string;
  readonly credentials: Credentials;
  /** Instead of the credentials. */
  readonly apiKey?: string;
}

const program = join(import.meta.dirname, 'amplify/events-client.mjs');

/** Starts Amplify for an API whose certificate is by an authority of its own. */
export async function startAmplify({
  host,
  region,
  caFile,
  credentials,
  apiKey,
}: AmplifySettings): Promise<AmplifyClient> {
  const child = fork(program, { env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: caFile }, stdio: 'inherit' });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const told: Told[] = [];
  const states: string[] = [];
  child.on('message', (report: Report) => {
    if (report.type === 'event') told.push({ name: report.name, value: report.event });
    else if (report.type === 'state') states.push(report.state);
    else if (report.type === 'done') waiting.get(report.id)?.resolve(report.value);
    else if (report.type === 'failed') waiting.get(report.id)?.reject(new Error(report.message));
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Amplify has ended.'));
  });
  const ask = (action: string, input: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = waiting.size;
      waiting.set(id, { resolve, reject });
      child.send({ id, action, ...input });
    });
  const tell = async (action: string, input?: object): Promise<void> => void (await ask(action, input));

  const mode = apiKey === undefined ? {} : { authMode: 'apiKey', apiKey };
  await tell('configure', { endpoint: `https://${host}/event`, region, credentials, ...mode });
  return {
    connect: (channel) => tell('connect', { channel }),
    subscribe: (channel, name) => tell('subscribe', { channel, name }),
    unsubscribe: (name) => tell('unsubscribe', { name }),
    publish: (channel, event) => tell('publish', { channel, event }),
    post: (channel, event) => ask('post', { channel, event }),
    closeAll: () => tell('closeAll'),
    eventsOf: (name) => told.filter((each) => each.name === name).map(({ value }) => value),
    states,
    [Symbol.dispose]: () => void child.kill(),
  };
}
