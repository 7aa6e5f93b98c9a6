import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AwsEndpoint, awsEndpoint } from '../fixtures/aws-endpoint.ts';
import { liveFunction } from '../fixtures/live-function.ts';
import { createDeployedFunctions } from '../functions/deployed-function.ts';
import { createStubVerifier, type StubProof, type StubVerifier } from './verify-stub.ts';

const account = '111111111111';
const session = (role: string, name: string, of = account, partition = 'aws') => ({
  arn: `arn:${partition}:sts::${of}:assumed-role/${role}/${name}`,
  account: of,
});
const roleArn = (path: string, partition = 'aws') => `arn:${partition}:iam::${account}:role/${path}`;

const credentials = { accessKeyId: 'ASIAORDERS', secretAccessKey: 'very-secret', sessionToken: 'token-of-orders' };
const orders = liveFunction('Orders');

let aws: AwsEndpoint;
let verifier: StubVerifier;
let now: number;

beforeEach(async () => {
  now = 1000;
  aws = await awsEndpoint();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIADEVELOPER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  aws.stacks.set('Shop', { Orders: 'Shop-Orders-1', Quotes: 'Shop-Quotes-1' });
  aws.roles.set('Shop-Orders-1', roleArn('OrdersRole'));
  aws.callers.set('ASIAORDERS', session('OrdersRole', 'Shop-Orders-1'));
  verifier = newVerifier();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

function newVerifier(timeoutMs = 3000): StubVerifier {
  const access = { endpointUrl: aws.url };
  const [region, nowMs] = ['eu-west-1', () => now];
  const deployed = createDeployedFunctions({ access, region, nowMs });
  return createStubVerifier({ access, region, deployed, nowMs, timeoutMs });
}

const verify = (over: Partial<StubProof> = {}) =>
  verifier.verify({ environmentId: 'e1', fn: orders, credentials, ...over });
const callsOf = (operation: string) => aws.calls.filter((call) => call.startsWith(operation)).length;

describe('an environment is believed', () => {
  it("when its credentials are a session of the function's role with the function's name", async () => {
    const identity = session('OrdersRole', 'Shop-Orders-1');
    expect(await verify()).toEqual({ verified: true, identity });
  });

  it('when the role has a path, which sessions do not show', async () => {
    aws.roles.set('Shop-Orders-1', roleArn('team/orders/OrdersRole'));
    expect(await verify()).toMatchObject({ verified: true });
  });

  it.each(['aws-cn', 'aws-us-gov'])('in the partition %s as in any', async (partition) => {
    aws.roles.set('Shop-Orders-1', roleArn('OrdersRole', partition));
    const identity = session('OrdersRole', 'Shop-Orders-1', account, partition);
    aws.callers.set('ASIAORDERS', identity);
    expect(await verify()).toEqual({ verified: true, identity });
  });

  it('after a deployment that gave the function another name and role', async () => {
    await verify();
    aws.stacks.set('Shop', { Orders: 'Shop-Orders-2' });
    aws.roles.set('Shop-Orders-2', roleArn('OrdersRole2'));
    aws.callers.set('ASIANEW', session('OrdersRole2', 'Shop-Orders-2'));
    now += 60_000;
    const renewed = { ...credentials, accessKeyId: 'ASIANEW' };
    expect(await verify({ environmentId: 'e2', credentials: renewed })).toMatchObject({ verified: true });
  });

  it('at the second attempt, when the first is not answered', async () => {
    aws.failures.set('GetCallerIdentity', [{ status: 500, code: 'InternalFailure' }]);
    expect(await verify()).toMatchObject({ verified: true });
  });

  it('although the clock of this machine is wrong, which AWS says first', async () => {
    const date = new Date(Date.now() + 3_600_000);
    aws.failures.set('GetCallerIdentity', [{ status: 403, code: 'SignatureDoesNotMatch', date }]);
    expect(await verify()).toMatchObject({ verified: true });
    const [first = 0, second = 0] = aws.signedAt.filter((_, index) => aws.calls[index]?.startsWith('GetCaller'));
    expect(second - first).toBeGreaterThan(3_000_000);
  });
});

describe('an environment is refused', () => {
  it.each([
    ["another function's", session('QuotesRole', 'Shop-Quotes-1')],
    ["another function's with the same role", session('OrdersRole', 'Shop-Quotes-1')],
    ["another role's, assumed with the function's name as session name", session('Forger', 'Shop-Orders-1')],
    ['of another account with the same names', session('OrdersRole', 'Shop-Orders-1', '222222222222')],
    ['of another partition', session('OrdersRole', 'Shop-Orders-1', account, 'aws-cn')],
    ['of a user', { arn: `arn:aws:iam::${account}:user/OrdersRole/Shop-Orders-1`, account }],
    [
      'of an account that the ARN does not name',
      { ...session('OrdersRole', 'Shop-Orders-1'), account: '222222222222' },
    ],
    ['of nobody', { arn: '', account: '' }],
  ])('when its credentials are %s', async (_what, caller) => {
    aws.callers.set('ASIAORDERS', caller);
    const verification = await verify();
    expect(verification).toMatchObject({ verified: false, reason: 'mismatch' });
    const text = 'text' in verification ? verification.text : '';
    expect(text).toContain('Shop/Orders');
    expect(text).toContain(
      `runs as ${caller.arn}, and the deployed function as ${session('OrdersRole', 'Shop-Orders-1').arn}`,
    );
    expect(text).toMatch(/Nothing was run.*invoke it again; otherwise see who may publish to .* stack Shop/);
  });

  it('when it has no credentials, without asking anybody', async () => {
    expect(await verify({ credentials: undefined })).toMatchObject({ verified: false, reason: 'mismatch' });
    expect(aws.calls).toEqual([]);
  });

  it.each(['InvalidClientTokenId', 'ExpiredToken', 'SignatureDoesNotMatch'])(
    'when AWS answers %s, without repeating its message or anything secret',
    async (code) => {
      const message = `Canonical string: x-amz-security-token:${credentials.sessionToken}`;
      aws.failures.set('GetCallerIdentity', Array(2).fill({ status: 403, code, message }));
      const verification = await verify();
      expect(verification).toMatchObject({ reason: 'mismatch', text: expect.stringContaining(`(${code})`) });
      expect(JSON.stringify(verification)).not.toMatch(/token-of-orders|very-secret|ASIAORDERS/);
      expect(callsOf('GetCallerIdentity')).toBe(2);
    },
  );

  it('when it knows the access key id of another and not its secret', async () => {
    await verify();
    const stolen = { ...credentials, secretAccessKey: 'guessed' };
    aws.failures.set('GetCallerIdentity', Array(2).fill({ status: 403, code: 'SignatureDoesNotMatch' }));
    expect(await verify({ credentials: stolen })).toMatchObject({ reason: 'mismatch' });
  });

  it('as another function, although it was believed as its own', async () => {
    aws.roles.set('Shop-Quotes-1', roleArn('QuotesRole'));
    await verify();
    expect(await verify({ fn: liveFunction('Quotes') })).toMatchObject({ reason: 'mismatch' });
  });
});

describe('nothing is decided', () => {
  it('when STS is silent, twice, for as long as it may be', async () => {
    verifier = newVerifier(50);
    aws.failures.set('GetCallerIdentity', ['silence', 'silence']);
    expect(await verify()).toEqual({
      verified: false,
      reason: 'unavailable',
      text: expect.stringMatching(
        /Shop\/Orders.*could not be checked.*nothing was run: STS in eu-west-1 did not answer within 0.05 s/,
      ),
    });
    expect(callsOf('GetCallerIdentity')).toBe(2);
  });

  it.each([
    [
      'STS is out of order',
      'GetCallerIdentity',
      { status: 503, code: 'ServiceUnavailable' },
      /STS in eu-west-1.*\(Service/,
    ],
    [
      'the stack may not be read',
      'ListStackResources',
      { status: 403, code: 'AccessDenied' },
      /Shop\/Orders of stack Shop.*AccessDenied.*cloudformation:ListStackResources/s,
    ],
  ] as const)('when %s', async (_what, operation, failure, text) => {
    aws.failures.set(operation, Array(2).fill(failure));
    const verification = await verify();
    expect(verification).toEqual({ verified: false, reason: 'unavailable', text: expect.stringMatching(text) });
  });

  it('when the connection to STS breaks, which the error names', async () => {
    aws.failures.set('GetCallerIdentity', ['hang-up', 'hang-up']);
    expect(await verify()).toMatchObject({
      reason: 'unavailable',
      text: expect.stringMatching(/STS in eu-west-1 did not answer the question \(ECONNRESET\)/),
    });
  });

  it('when nobody listens', async () => {
    await aws.close();
    const verification = await verify();
    expect(verification).toMatchObject({ reason: 'unavailable', text: expect.stringContaining('ECONNREFUSED') });
  });

  it("when the function's role is no role", async () => {
    aws.roles.set('Shop-Orders-1', '');
    expect(await verify()).toMatchObject({ verified: false });
  });

  it('for longer than the trouble lasts', async () => {
    aws.failures.set('GetCallerIdentity', Array(2).fill({ status: 503, code: 'ServiceUnavailable' }));
    expect(await verify()).toMatchObject({ reason: 'unavailable' });
    expect(await verify()).toMatchObject({ verified: true });
  });
});

describe('what is known is not asked again', () => {
  it('for the same credentials of one environment, however often and at once', async () => {
    const all = await Promise.all([verify(), verify(), verify()]);
    now += 3_600_000;
    all.push(await verify());
    expect(all.every(({ verified }) => verified)).toBe(true);
    expect(aws.calls).toHaveLength(3);
  });

  it('but is for renewed credentials, for another environment, and for one that was forgotten', async () => {
    await verify();
    await verify({ credentials: { ...credentials, sessionToken: 'renewed' } });
    await verify({ environmentId: 'e2' });
    verifier.forget('e2');
    await verify({ environmentId: 'e2' });
    expect(callsOf('GetCallerIdentity')).toBe(4);
    expect(callsOf('GetFunctionConfiguration')).toBe(1);
  });

  it('for a refusal within ten seconds, so that a forger causes no storm of calls', async () => {
    aws.callers.set('ASIAORDERS', session('Forger', 'Shop-Orders-1'));
    await verify();
    now += 9_999;
    await verify();
    expect(callsOf('GetCallerIdentity')).toBe(1);
    aws.callers.set('ASIAORDERS', session('OrdersRole', 'Shop-Orders-1'));
    now += 1;
    expect(await verify()).toMatchObject({ verified: true });
  });

  it('where the function was looked up a moment ago, whoever is to be refused', async () => {
    aws.callers.set('ASIAORDERS', session('Forger', 'Shop-Orders-1'));
    for (const environmentId of ['e1', 'e2', 'e3']) await verify({ environmentId });
    expect(callsOf('GetFunctionConfiguration')).toBe(1);
    now += 5001;
    for (const environmentId of ['e4', 'e5']) await verify({ environmentId });
    expect(callsOf('GetFunctionConfiguration')).toBe(2);
  });
});
