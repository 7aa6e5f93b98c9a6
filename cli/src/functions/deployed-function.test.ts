import { Emulator } from '@live-lambda/emulator';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsEndpoint, awsEndpoint } from '../fixtures/aws-endpoint.ts';
import { fixtureApp } from '../fixtures/fixture-app.ts';
import { liveFunction } from '../fixtures/live-function.ts';
import { createDeployedFunctions, type DeployedFunctions } from './deployed-function.ts';
import { liveApp } from './live-functions.ts';
import { readManifests } from './manifest-file.ts';

const role = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
const nestedArn = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/Shop-Inner/1f';
const innermostArn = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/Shop-Inner-Most/2f';

let aws: AwsEndpoint;
let functions: DeployedFunctions;
let now: number;

beforeEach(async () => {
  now = 1000;
  aws = await awsEndpoint();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIADEVELOPER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  functions = createDeployedFunctions({ access: { endpointUrl: aws.url }, region: 'eu-west-1', nowMs: () => now });
  aws.stacks.set('Shop', { Api: 'x', Role: 'y', Orders: 'Shop-Orders-1', Quotes: 'Shop-Quotes-1', Inner: nestedArn });
  aws.stacks.set(nestedArn, { Other: 'x', Most: innermostArn });
  aws.stacks.set(innermostArn, { Deep: 'Shop-Deep-1' });
  for (const name of ['Orders', 'Quotes', 'Deep']) aws.roles.set(`Shop-${name}-1`, role(name));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe('a deployed function', () => {
  it('is found by its logical id, on whichever page of the stack it stands', async () => {
    expect(await functions.find(liveFunction('Orders'))).toMatchObject({
      name: 'Shop-Orders-1',
      roleArn: role('Orders'),
    });
    expect(aws.calls.filter((call) => call === 'ListStackResources Shop')).toHaveLength(3);
  });

  it('is found in nested stacks', async () => {
    const found = await functions.find(liveFunction('Deep', ['Inner', 'Most']));
    expect(found).toMatchObject({ name: 'Shop-Deep-1', roleArn: role('Deep') });
  });

  it('is looked up once, and its stack is listed once for all its functions', async () => {
    const [orders, quotes] = [liveFunction('Orders'), liveFunction('Quotes')];
    await Promise.all([functions.find(orders), functions.find(orders), functions.find(quotes)]);
    now += 3_600_000;
    await functions.find(orders);
    expect(aws.calls.filter((call) => call.startsWith('GetFunctionConfiguration')).sort()).toEqual([
      'GetFunctionConfiguration Shop-Orders-1',
      'GetFunctionConfiguration Shop-Quotes-1',
    ]);
    expect(aws.calls.filter((call) => call === 'ListStackResources Shop')).toHaveLength(3);
  });

  it('is looked up again when what is known is too old', async () => {
    await functions.find(liveFunction('Orders'));
    aws.stacks.set('Shop', { Orders: 'Shop-Orders-2' });
    aws.roles.set('Shop-Orders-2', role('Orders2'));
    now += 5000;
    expect((await functions.find(liveFunction('Orders'), { maxAgeMs: 5000 })).name).toBe('Shop-Orders-1');
    now += 1;
    const fresh = { name: 'Shop-Orders-2', roleArn: role('Orders2'), trustedKeys: [] };
    expect(await functions.find(liveFunction('Orders'), { maxAgeMs: 5000 })).toEqual(fresh);
    expect(await functions.find(liveFunction('Orders'))).toEqual(fresh);
  });

  it('that is deployed after its stack was listed is looked for once more', async () => {
    await functions.find(liveFunction('Orders'));
    aws.stacks.set('Shop', { Orders: 'Shop-Orders-1', Later: 'Shop-Later-1' });
    aws.roles.set('Shop-Later-1', role('Later'));
    await expect(functions.find(liveFunction('Later'))).rejects.toThrow('no resource Later');
    now += 1001;
    expect(await functions.find(liveFunction('Later'))).toMatchObject({ name: 'Shop-Later-1' });
  });

  it('tells whose tunnels its stub believes, and nothing else of its variables', async () => {
    const keys = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBQ'];
    aws.stubSettings.set('Shop-Orders-1', { trust: 'keys', keys });
    aws.stubSettings.set('Shop-Quotes-1', { trust: 'iam' });
    const [orders, quotes, deep] = await Promise.all([
      functions.find(liveFunction('Orders')),
      functions.find(liveFunction('Quotes')),
      functions.find(liveFunction('Deep', ['Inner', 'Most'])),
    ]);
    expect(orders).toEqual({ name: 'Shop-Orders-1', roleArn: role('Orders'), trustedKeys: keys });
    expect(quotes.trustedKeys).toBeUndefined();
    expect(deep.trustedKeys).toEqual([]);
  });

  it('is found by a cloud that shares no code with this test', async () => {
    const app = await fixtureApp([{ id: 'Orders', source: '' }]);
    await using emulator = await Emulator.start();
    await emulator.deploy(app.assembly);
    vi.stubEnv('AWS_ACCESS_KEY_ID', emulator.developerCredentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', emulator.developerCredentials.secretAccessKey);
    const access = { endpointUrl: emulator.endpoint };
    const deployed = createDeployedFunctions({ access, region: emulator.region, nowMs: () => now });
    const [fn] = liveApp(await readManifests(app.assembly)).functions;
    const found = await deployed.find(fn?.described ?? liveFunction('Orders'));
    await app.remove();
    expect(found.name).toBe('Orders');
    expect(found.roleArn).toMatch(/^arn:aws:iam::\d{12}:role\/Shop-Role/);
  });
});

describe('a look-up that fails', () => {
  it.each([
    ['Gone', [], /Stack Shop has no resource Gone, which is Shop\/Gone/],
    ['Deep', ['Away'], /Stack Shop has no resource Away, which is Shop\/Deep or holds it/],
  ])('says that %s below %j is not deployed', async (id, nested, message) => {
    await expect(functions.find(liveFunction(id, nested))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('Deploy the app again'),
    });
  });

  it('names the permission that is missing', async () => {
    const message = 'User: arn:aws:iam::1:user/ada is not authorized to perform: lambda:GetFunctionConfiguration';
    aws.failures.set('GetFunctionConfiguration', [{ status: 403, code: 'AccessDeniedException', message }]);
    await expect(functions.find(liveFunction('Orders'))).rejects.toMatchObject({
      message: `Shop/Orders of stack Shop could not be looked up: AccessDeniedException: ${message}.`,
      hint: expect.stringContaining('cloudformation:ListStackResources'),
    });
  });

  it('does not repeat what AWS says of a wrong signature, which holds the request', async () => {
    const code = 'SignatureDoesNotMatch';
    aws.failures.set(
      'ListStackResources',
      Array(3).fill({ status: 403, code, message: 'x-amz-security-token:SECRET' }),
    );
    const error = await functions.find(liveFunction('Orders')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringContaining(code) });
    expect(String(error) + JSON.stringify(error)).not.toContain('SECRET');
  });

  it('is not remembered', async () => {
    aws.failures.set('ListStackResources', [{ status: 403, code: 'AccessDenied' }]);
    await expect(functions.find(liveFunction('Orders'))).rejects.toThrow('AccessDenied');
    expect(await functions.find(liveFunction('Orders'))).toMatchObject({ name: 'Shop-Orders-1' });
  });
});
