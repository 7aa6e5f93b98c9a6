import { describe, expect, it } from 'vitest';
import { signHeaders } from '../fixtures/event-client.ts';
import type { SignedRequest } from './canonical-request.ts';
import type { KnownCredentials } from './credentials.ts';
import { type SignatureVerdict, type VerificationContext, verifySignature } from './verify-signature.ts';

const known: KnownCredentials = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  principal: {
    type: 'user',
    accountId: '111122223333',
    userId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/developer',
    userName: 'developer',
    policyArns: [],
  },
};
const session: KnownCredentials = {
  credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
  principal: known.principal,
};

const context = (overrides: Partial<VerificationContext> = {}): VerificationContext => ({
  region: 'us-east-1',
  service: 'iam',
  nowMs: Date.UTC(2015, 7, 30, 12, 36),
  findCredentials: (id) => [known, session].find(({ credentials }) => credentials.accessKeyId === id),
  ...overrides,
});

/** The example of the AWS documentation on Signature Version 4, with the signature that it gives. */
const documented: SignedRequest = {
  method: 'GET',
  path: '/',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: new Map([
    ['content-type', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['host', 'iam.amazonaws.com'],
    ['x-amz-date', '20150830T123600Z'],
    [
      'authorization',
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    ],
  ]),
  payload: new Uint8Array(),
};

const change = (name: string, value: string | undefined): SignedRequest => {
  const headers = new Map(documented.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...documented, headers };
};

const replaceInAuthorization = (from: string, to: string): SignedRequest =>
  change('authorization', documented.headers.get('authorization')!.replace(from, to));

const reasonOf = (verdict: SignatureVerdict): string => (verdict.type === 'refused' ? verdict.reason : verdict.type);

describe('a signature', () => {
  it('is verified for the example of the AWS documentation', () => {
    expect(verifySignature(documented, context())).toEqual({ type: 'verified', principal: known.principal });
  });

  it.each([
    ['five minutes old', 5 * 60_000, 'verified'],
    ['older than five minutes', 5 * 60_000 + 1, 'invalid-signature'],
    ['five minutes ahead', -5 * 60_000, 'verified'],
    ['further ahead than five minutes', -5 * 60_000 - 1, 'invalid-signature'],
  ])('that is %s is judged by the clock', (_case, ageMs, expected) => {
    const verdict = verifySignature(documented, context({ nowMs: Date.UTC(2015, 7, 30, 12, 36) + ageMs }));
    expect(reasonOf(verdict)).toBe(expected);
  });

  it('that expired is refused with both times', () => {
    const verdict = verifySignature(documented, context({ nowMs: Date.UTC(2015, 7, 30, 13) }));
    expect(verdict).toMatchObject({
      message: 'Signature expired: 20150830T123600Z is now earlier than 20150830T125500Z (20150830T130000Z - 5 min.)',
    });
  });

  it.each<[string, SignedRequest, string, string]>([
    ['no authorization', change('authorization', undefined), 'missing-authentication', 'Missing Authentication Token'],
    ['another scheme', change('authorization', 'Bearer x'), 'incomplete', 'algorithm'],
    ['no signature', replaceInAuthorization('Signature=', 'Sig='), 'incomplete', "requires 'Signature' parameter"],
    ['no date', change('x-amz-date', undefined), 'incomplete', 'X-Amz-Date'],
    [
      'a scope that is cut off',
      replaceInAuthorization('/aws4_request', ''),
      'incomplete',
      '5 slash-delimited elements',
    ],
    ['an unknown key', replaceInAuthorization('AKIDEXAMPLE', 'AKIDNOBODY'), 'unknown-credentials', 'security token'],
    [
      'a token that the key does not have',
      change('x-amz-security-token', 'token'),
      'unknown-credentials',
      'security token',
    ],
    ['another region', replaceInAuthorization('us-east-1', 'eu-west-1'), 'invalid-signature', 'valid region'],
    ['another service', replaceInAuthorization('/iam/', '/sts/'), 'invalid-signature', "correct service: 'iam'"],
    [
      'another day in the scope',
      replaceInAuthorization('20150830/', '20150831/'),
      'invalid-signature',
      'Date in Credential scope',
    ],
    ['a host that is not signed', replaceInAuthorization('host;', ''), 'invalid-signature', "'Host'"],
    ['a signed header that is absent', change('content-type', undefined), 'invalid-signature', 'content-type'],
    ['a header that was changed', change('content-type', 'text/plain'), 'invalid-signature', 'does not match'],
    ['another method', { ...documented, method: 'POST' }, 'invalid-signature', 'does not match'],
    [
      'another query',
      { ...documented, query: 'Action=ListRoles&Version=2010-05-08' },
      'invalid-signature',
      'does not match',
    ],
    ['another path', { ...documented, path: '/x' }, 'invalid-signature', 'does not match'],
    ['another body', { ...documented, payload: Buffer.from('x') }, 'invalid-signature', 'does not match'],
    ['a signature that is cut short', replaceInAuthorization('b5d7', ''), 'invalid-signature', 'does not match'],
  ])('is refused with %s', (_case, request, reason, message) => {
    const verdict = verifySignature(request, context());
    expect(verdict).toMatchObject({ type: 'refused', reason, message: expect.stringContaining(message) });
  });

  it.each([
    [
      'an encoded ARN',
      '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A111122223333%3Afunction%3Af/invocations',
      '',
    ],
    ['a query out of order', '/a/b', 'b=2&a=%20x%2By&empty='],
    ['a trailing slash', '/a/', ''],
    ['characters that need escaping', "/a/(b)'!*~", ''],
  ])("is verified for %s as AWS's own signer signs it", async (_case, path, query) => {
    const at = new Date(context().nowMs);
    const { credentials } = session;
    const headers = await signHeaders(
      {
        method: 'POST',
        url: `http://127.0.0.1:1${path}?${query}`,
        body: 'body',
        headers: { 'x-note': '  two   spaces ' },
      },
      { credentials, region: 'us-east-1', service: 'iam', at },
    );
    const request = {
      method: 'POST',
      path: new URL(`http://h${path}`).pathname,
      query,
      headers: new Map(Object.entries(headers)),
      payload: Buffer.from('body'),
    };
    expect(reasonOf(verifySignature(request, context()))).toBe('verified');
  });
});
