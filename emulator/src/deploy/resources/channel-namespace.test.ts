import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emulator } from '../../emulator.ts';
import type { EmulatorEvent } from '../../events.ts';
import { createCloudAssembly, type FixtureContent } from '../../fixtures/cloud-assembly.ts';
import { signHeaders } from '../../fixtures/event-client.ts';

let emulator: Emulator;
let events: EmulatorEvent[];

beforeEach(async () => {
  events = [];
  emulator = await Emulator.start({ onEvent: (event) => events.push(event) });
});
afterEach(() => emulator.close());

const refusing = (reason: string): string =>
  `import { util } from '@aws-appsync/utils';\nexport const onPublish = () => util.error('${reason}');\n`;

const deploy = async (namespace: object, assets: FixtureContent['assets'] = {}) => {
  const mode = [{ AuthType: 'AWS_IAM' }];
  const template = {
    Resources: {
      Api: {
        Type: 'AWS::AppSync::Api',
        Properties: { Name: 'live', EventConfig: { ConnectionAuthModes: mode, DefaultPublishAuthModes: mode } },
      },
      Guarded: {
        Type: 'AWS::AppSync::ChannelNamespace',
        Properties: { ApiId: { 'Fn::GetAtt': ['Api', 'ApiId'] }, Name: 'guarded', ...namespace },
      },
    },
    Outputs: { Host: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Http'] } } },
  };
  await using assembly = await createCloudAssembly({ assets, stacks: { Shop: { template } } });
  return (await emulator.deploy(assembly.folder)).stacks[0];
};

/** Publishes to the namespace and gives what is answered. */
const publish = async (host: string | undefined): Promise<unknown> => {
  const [url, body] = [`http://${host}/event`, JSON.stringify({ channel: '/guarded/a', events: ['1'] })];
  const { region, developerCredentials: credentials } = emulator;
  const headers = await signHeaders({ method: 'POST', url, body }, { region, credentials, service: 'appsync' });
  return (await fetch(url, { method: 'POST', body, headers })).json();
};
const refusal = (message: string) => ({ errors: [{ errorType: 'HandlerError', message }] });

describe('the code of a channel namespace', () => {
  it('runs from the template, and after an update as it is then', async () => {
    const first = await deploy({ CodeHandlers: refusing('closed') });
    expect(await publish(first?.outputs.Host)).toEqual(refusal('closed'));
    const second = await deploy({ CodeHandlers: refusing('still closed') });
    expect(await publish(second?.outputs.Host)).toEqual(refusal('still closed'));
    const third = await deploy({});
    expect(await publish(third?.outputs.Host)).toMatchObject({ successful: [{ index: 0 }] });
  });

  it('runs from a file of the app', async () => {
    const files = { 'handlers.js': { text: refusing('from a file') } };
    const deployed = await deploy(
      { CodeS3Location: { 'Fn::Sub': 's3://assets/handlers.js' } },
      { 'handlers.js': { kind: 'file', files } },
    );
    expect(await publish(deployed?.outputs.Host)).toEqual(refusal('from a file'));
  });

  it('is left out for what has a data source, which is told', async () => {
    const Integration = { DataSourceName: 'Orders' };
    const deployed = await deploy({
      CodeHandlers: refusing('closed'),
      HandlerConfigs: { OnPublish: { Behavior: 'CODE', Integration } },
    });
    expect(deployed?.skipped).toEqual([
      {
        logicalId: 'Guarded',
        type: 'AWS::AppSync::DataSource',
        reason: 'data sources are not emulated, and onPublish has one',
      },
    ]);
    expect(await publish(deployed?.outputs.Host)).toMatchObject({ successful: [{ index: 0 }] });
  });

  it.each([
    [
      'is not what AppSync runs',
      { CodeHandlers: 'while (true) {}' },
      'its code: APPSYNC_JS does not have while (line 1)',
    ],
    [
      'is elsewhere',
      { CodeS3Location: 's3://assets/other.js' },
      'its code s3://assets/other.js is in no asset manifest',
    ],
  ])('fails the deployment when it %s', async (_case, namespace, problem) => {
    await expect(deploy(namespace)).rejects.toThrow(`Shop: Guarded: ${problem}`);
  });
});
