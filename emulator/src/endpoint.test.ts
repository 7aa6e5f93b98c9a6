import http from 'node:http';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emulator } from './emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await Emulator.start({ region: 'eu-west-1', account: '444455556666' });
});
afterAll(() => emulator.close());

const connection = (overrides: object = {}) => ({
  region: emulator.region,
  endpoint: emulator.endpoint,
  credentials: emulator.developerCredentials,
  maxAttempts: 1,
  ...overrides,
});

const calls = (overrides: object): Record<string, () => Promise<unknown>> => ({
  lambda: () => new LambdaClient(connection(overrides)).send(new GetFunctionCommand({ FunctionName: 'f' })),
  sts: () => new STSClient(connection(overrides)).send(new GetCallerIdentityCommand({})),
  cloudformation: () => new CloudFormationClient(connection(overrides)).send(new DescribeStacksCommand({})),
});

describe('GetCallerIdentity', () => {
  it('knows the developer', async () => {
    const identity = await new STSClient(connection()).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: '444455556666',
      Arn: 'arn:aws:iam::444455556666:user/developer',
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    });
  });
});

describe('a bad signature', () => {
  it.each([
    [
      'a wrong secret',
      (): object => ({ credentials: { ...emulator.developerCredentials, secretAccessKey: 'wrong' } }),
      { lambda: 'InvalidSignatureException', sts: 'SignatureDoesNotMatch', cloudformation: 'SignatureDoesNotMatch' },
      'The request signature we calculated does not match the signature you provided.',
    ],
    [
      'an unknown access key',
      (): object => ({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'wrong' } }),
      { lambda: 'UnrecognizedClientException', sts: 'InvalidClientTokenId', cloudformation: 'InvalidClientTokenId' },
      'The security token included in the request is invalid.',
    ],
    [
      'a token that does not belong to the key',
      (): object => ({ credentials: { ...emulator.developerCredentials, sessionToken: 'foreign' } }),
      { lambda: 'UnrecognizedClientException', sts: 'InvalidClientTokenId', cloudformation: 'InvalidClientTokenId' },
      'The security token included in the request is invalid.',
    ],
    [
      'a clock that is ten minutes late',
      (): object => ({ systemClockOffset: -600_000 }),
      { lambda: 'InvalidSignatureException', sts: 'SignatureDoesNotMatch', cloudformation: 'SignatureDoesNotMatch' },
      'Signature expired: ',
    ],
    [
      'another region',
      (): object => ({ region: 'us-east-1' }),
      { lambda: 'InvalidSignatureException', sts: 'SignatureDoesNotMatch', cloudformation: 'SignatureDoesNotMatch' },
      "not 'us-east-1'",
    ],
  ])(
    'by %s is refused with 403 and the name that each service has for it',
    async (_case, overrides, names, message) => {
      for (const [service, call] of Object.entries(calls(overrides()))) {
        await expect(call()).rejects.toMatchObject({
          name: names[service as keyof typeof names],
          message: expect.stringContaining(message),
          $metadata: { httpStatusCode: 403 },
        });
      }
    },
  );

  it('is asked for by every service', async () => {
    const lambda = await fetch(`${emulator.endpoint}/2015-03-31/functions/f/invocations`, {
      method: 'POST',
      body: '{}',
    });
    expect(lambda.status).toBe(403);
    expect(lambda.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    expect(await lambda.json()).toMatchObject({ message: 'Missing Authentication Token' });
    const sts = await fetch(emulator.endpoint, { method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' });
    expect(sts.status).toBe(403);
    expect(await sts.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('that is incomplete is called so', async () => {
    const response = await fetch(`${emulator.endpoint}/2015-03-31/functions`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a' },
    });
    expect(response.headers.get('x-amzn-errortype')).toBe('IncompleteSignatureException');
  });
});

describe('the endpoint', () => {
  it('refuses requests under a foreign host name', async () => {
    const status = await new Promise((resolve, reject) => {
      http
        .get(emulator.endpoint, { headers: { host: 'rebound.example' } }, (response) =>
          resolve(response.resume().statusCode),
        )
        .on('error', reject);
    });
    expect(status).toBe(403);
  });

  it('names an operation that it does not have', async () => {
    const { GetSessionTokenCommand } = await import('@aws-sdk/client-sts');
    await expect(new STSClient(connection()).send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: expect.stringContaining('GetSessionToken'),
    });
  });

  it('says that a port is taken', async () => {
    await expect(Emulator.start({ port: Number(new URL(emulator.endpoint).port) })).rejects.toThrow('EADDRINUSE');
  });
});
