import { afterEach, describe, expect, it, vi } from 'vitest';
import { awsError } from './deployment.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const hintOf = (error: Error) => awsError(error, 'AWS did not say who you are').hint;

afterEach(() => vi.unstubAllEnvs());

describe('an error of AWS', () => {
  it('is told with what was tried, in one sentence', () => {
    const { message } = awsError(named('AccessDenied', 'You may not.'), 'AWS did not say who you are');
    expect(message).toBe('AWS did not say who you are: You may not.');
  });

  it.each([
    ['ExpiredToken', 'The security token is expired', /Sign in again/],
    ['SignatureDoesNotMatch', "Credential should be scoped to a valid region, not 'us-west-2'.", /Set AWS_REGION/],
    [
      'SignatureDoesNotMatch',
      'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z',
      /Set the clock/,
    ],
    ['InvalidSignatureException', 'Signature not yet current: 20260101T000500Z', /Set the clock/],
    ['Error', 'Region is missing', /Set AWS_REGION/],
    ['AccessDeniedException', 'not authorized to perform: lambda:InvokeFunction', /permission that the message names/],
    ['Error', 'socket hang up', /credentials, region and network/],
  ])('has the next step for %s: %s', (name, message, step) => {
    expect(hintOf(named(name, message))).toMatch(step);
  });

  it('names the profile that is chosen where nobody is signed in', () => {
    const error = named('CredentialsProviderError', 'Could not load credentials from any providers');
    vi.stubEnv('AWS_PROFILE', 'wrok');
    expect(hintOf(error)).toMatch(/aws sso login.* it is "wrok" now\.$/);
    vi.stubEnv('AWS_PROFILE', undefined);
    expect(hintOf(error)).toMatch(/if you have several\.$/);
  });
});
