import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployedApp } from '../test/fixtures/deployed-app.ts';
import { type AmplifyClient, type AmplifySettings, startAmplify } from './amplify-client.ts';
import { deployLibrary } from './library.ts';
import { makeTestCertificate, type TestCertificate } from './test-certificate.ts';

let folder: string;
let certificate: TestCertificate;
let app: DeployedApp;
/** Of a user who may do everything, to the API of the app's own. */
let amplify: AmplifyClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-lambda-amplify-'));
  certificate = await makeTestCertificate(folder);
  // Shorter than AppSync's, so that Amplify misses keep-alives within a test.
  const limits = { keepAliveIntervalMs: 1_000, connectionTimeoutMs: 4_000 };
  app = await deployLibrary({ tls: certificate, limits });
  amplify = await start();
});
afterAll(async () => {
  amplify?.[Symbol.dispose]();
  await app?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const start = (settings: Partial<AmplifySettings> = {}): Promise<AmplifyClient> =>
  startAmplify({
    host: app.outputs.NoticesHost ?? '',
    region: app.emulator.region,
    caFile: certificate.caFile,
    credentials: app.emulator.developerCredentials,
    ...settings,
  });

let channels = 0;

/** A channel that no other test uses, with a subscription that is ready; both have its name. */
async function subscribed(client: AmplifyClient = amplify): Promise<string> {
  channels += 1;
  const channel = `/readers/room-${channels}`;
  await client.connect(channel);
  await client.subscribe(channel, channel);
  return channel;
}

describe('a client that is connected', () => {
  it('hears what it publishes over its WebSocket, whatever JSON it is', async () => {
    const channel = await subscribed();
    const values = [{ title: 'Größe', pages: [1, 2.5, null] }, 'text', 7, false];
    for (const value of values) await amplify.publish(channel, value);
    await expect.poll(() => amplify.eventsOf(channel)).toEqual(values);
  });

  it('hears several events of one message, each by itself', async () => {
    const channel = await subscribed();
    await amplify.publish(channel, [1, 2, 3, 4, 5]);
    await expect.poll(() => amplify.eventsOf(channel)).toEqual([1, 2, 3, 4, 5]);
  });

  it('hears what is published over HTTP, by a client with a certificate of the same authority', async () => {
    const channel = await subscribed();
    expect(await amplify.post(channel, { title: 'Emma & <Persuasion>' })).toBeNull();
    await expect.poll(() => amplify.eventsOf(channel)).toEqual([{ title: 'Emma & <Persuasion>' }]);
  });

  it('hears an event once for each of its subscriptions, and none after it has given one up', async () => {
    const channel = await subscribed();
    await amplify.subscribe(channel, 'second');
    await amplify.publish(channel, 'both');
    await expect.poll(() => [amplify.eventsOf(channel), amplify.eventsOf('second')]).toEqual([['both'], ['both']]);
    await amplify.unsubscribe('second');
    await amplify.publish(channel, 'one');
    await expect.poll(() => amplify.eventsOf(channel)).toEqual(['both', 'one']);
    expect(amplify.eventsOf('second')).toEqual(['both']);
  });
});

describe('a wildcard', () => {
  it('stands for everything below, at any depth, and for nothing beside', async () => {
    await amplify.connect('/readers/shelf/*');
    await amplify.subscribe('/readers/shelf/*', 'shelf');
    for (const channel of [
      '/readers/shelf',
      '/readers/other/1',
      '/staff/shelf/1',
      '/readers/shelf/1',
      '/readers/shelf/1/2/3',
    ]) {
      await amplify.post(channel, channel);
    }
    await expect.poll(() => amplify.eventsOf('shelf')).toEqual(['/readers/shelf/1', '/readers/shelf/1/2/3']);
  });

  it('is nothing to publish to', async () => {
    await expect(amplify.post('/readers/*', 1)).rejects.toThrow(/^400 .*BadRequestException/);
  });
});

describe('what is refused', () => {
  it('a subscription to what is no channel, or in no namespace', async () => {
    for (const [channel, said] of [
      ['/readers/under_score', 'BadRequestException'],
      ['/a/b/c/d/e/f', 'BadRequestException'],
      ['/*', 'BadRequestException'],
      ['/nowhere/room', 'UnauthorizedException'],
    ] as const) {
      using client = await start();
      await client.connect(channel);
      await expect(client.subscribe(channel, channel)).rejects.toThrow(said);
    }
  });

  it('more than five events at once, and one that is too large while the others pass', async () => {
    const channel = await subscribed();
    await expect(amplify.publish(channel, [1, 2, 3, 4, 5, 6])).rejects.toThrow('Publish errors: InvalidInputError');
    await expect(amplify.post(channel, [1, 2, 3, 4, 5, 6])).rejects.toThrow(
      '400 {"errors":[{"errorType":"BadRequestException","message":"Input exceeded 5 event limit"}]}',
    );
    expect(await amplify.post(channel, ['first', 'x'.repeat(250_000), 'last'])).toEqual([
      expect.objectContaining({ index: 1, code: 'EventTooLargeException' }),
    ]);
    await expect.poll(() => amplify.eventsOf(channel)).toEqual(['first', 'last']);
  });

  it('text with markup over the WebSocket, whose signature AppSync does not find again', async () => {
    const channel = await subscribed();
    await expect(amplify.publish(channel, '<b>')).rejects.toThrow('Publish errors: BadRequestException');
  });

  it('a connection with a wrong secret, with keys that nobody has, and with an API key that the API has not got', async () => {
    const { accessKeyId } = app.emulator.developerCredentials;
    const credentials = { accessKeyId, secretAccessKey: 'wrong' };
    const nobody = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'wrong' };
    for (const [settings, said] of [
      [{ credentials }, 'BadRequestException'],
      [{ credentials: nobody }, 'UnauthorizedException'],
      [{ apiKey: 'da2-abcdefghijklmnopqrstuvwxyz' }, 'UnauthorizedException'],
    ] as const) {
      using client = await start(settings);
      await expect(client.connect('/readers/room')).rejects.toThrow(said);
      await expect(client.post('/readers/room', 1)).rejects.toThrow(said);
    }
  });

  it('what the policies of a user do not allow, by each operation', async () => {
    const credentials = app.emulator.credentialsFor({ policyArns: [app.outputs.ReaderPolicy ?? ''] });
    using reader = await start({ credentials });
    const channel = await subscribed(reader);
    await expect(reader.publish(channel, 1)).rejects.toThrow('Publish errors: AccessDeniedException');
    await expect(reader.post(channel, 1)).rejects.toThrow(/^403 .*AccessDeniedException.*appsync:EventPublish/);
    await amplify.post(channel, 'for readers');
    await expect.poll(() => reader.eventsOf(channel)).toEqual(['for readers']);
    await reader.connect('/staff/room');
    await expect(reader.subscribe('/staff/room', 'staff')).rejects.toThrow('AccessDeniedException');
    using stranger = await start({ credentials: app.emulator.credentialsFor({ policyArns: [] }) });
    await expect(stranger.connect(channel)).rejects.toThrow('AccessDeniedException');
  });
});

describe("live-lambda's own namespaces", () => {
  it('let a developer hear the stubs of a session, and nobody all of them', async () => {
    using developer = await start({ host: app.outputs.LiveLambdaHttpHost ?? '' });
    const channel = '/to-tunnel/library/default';
    await developer.connect(channel);
    await developer.subscribe(channel, 'stubs');
    // Nobody answers: that is told to the caller, and the stub has said who it is.
    const { FunctionError } = await app.lambda.send(new InvokeCommand({ FunctionName: app.nameOf('LendBook') }));
    expect(FunctionError).toBe('Unhandled');
    await expect.poll(() => developer.eventsOf('stubs')).not.toEqual([]);
    await developer.connect('/to-tunnel/*');
    await expect(developer.subscribe('/to-tunnel/*', 'all')).rejects.toThrow('UnauthorizedException');
  });
});

describe('a connection that breaks', () => {
  it('is opened again, and its subscriptions go on, after a cut and after silence', async () => {
    using client = await start();
    const channel = await subscribed(client);
    for (const harm of [app.emulator.faults.disconnectAll, app.emulator.faults.halfOpenAll]) {
      const before = client.states.length;
      harm();
      await expect.poll(() => client.states.slice(before), { timeout: 60_000 }).toContain('ConnectionDisrupted');
      await expect.poll(() => client.states.at(-1), { timeout: 60_000 }).toBe('Connected');
      await client.post(channel, harm.name);
      await expect.poll(() => client.eventsOf(channel), { timeout: 60_000 }).toContain(harm.name);
    }
    expect(client.eventsOf(channel)).toHaveLength(2);
  }, 180_000);
});
