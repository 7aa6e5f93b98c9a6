import { describe, expect, it } from 'vitest';
import { untrustworthyEndpoint, unverifiedStubs } from './unverified-stubs.ts';

const apiAt = (httpHost: string, realtimeHost = httpHost) => ({
  stacks: ['Shop', 'Billing'],
  endpoint: { httpHost, realtimeHost, region: 'eu-west-1' },
});

describe('stubs that need not prove what they are', () => {
  it.each(['127.0.0.1:4566', 'localhost:4566', 'abc.appsync-api.eu-west-1.localhost:4566', '[::1]:4566'])(
    'are taken for what they say over an Events API at %s',
    async (host) => {
      const verifier = unverifiedStubs(apiAt(host));
      const proof = { environmentId: 'e', fn: {} as never, credentials: undefined };
      expect(await verifier.verify(proof)).toEqual({ verified: true, identity: undefined });
    },
  );

  it.each([
    ['abc.appsync-api.eu-west-1.amazonaws.com', '127.0.0.1:4566'],
    ['127.0.0.1:4566', 'abc.appsync-realtime-api.eu-west-1.amazonaws.com'],
    ['127.0.0.1.example.com', '127.0.0.1'],
    ['10.0.0.7:4566', '10.0.0.7:4566'],
  ])('are refused where a host of the Events API is another machine: %s, %s', (http, realtime) => {
    expect(() => unverifiedStubs(apiAt(http, realtime))).toThrow(
      /^--trust-stub none is for emulators of AWS on this machine, and the Events API of stack Shop and Billing is at (abc|127\.0\.0\.1\.ex|10)/,
    );
  });

  it.each([
    [undefined, 'no --endpoint is given'],
    ['https://lambda.eu-west-1.amazonaws.com', '--endpoint https://lambda.eu-west-1.amazonaws.com is another one'],
    ['http://10.0.0.7:4566', '--endpoint http://10.0.0.7:4566 is another one'],
  ])('are refused where the address of AWS is %s, with who asked for it', (endpoint, fault) => {
    expect(untrustworthyEndpoint(endpoint, 'LIVE_LAMBDA_TRUST_STUB')).toMatchObject({
      message: `--trust-stub none (LIVE_LAMBDA_TRUST_STUB) is for emulators of AWS on this machine, and ${fault}.`,
      hint: expect.stringContaining('leave --trust-stub out'),
    });
  });

  it('are no matter of an emulator on this machine', () => {
    expect(untrustworthyEndpoint('http://localhost:4566', '--trust-stub')).toBeUndefined();
  });
});
