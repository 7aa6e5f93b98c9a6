import { createHash, timingSafeEqual } from 'node:crypto';
import { isSignatureAuthorization, parseAuthorization, type SignatureAuthorization } from './authorization-header.ts';
import { canonicalRequest, type SignedRequest, signatureOf, stringToSign } from './canonical-request.ts';
import type { KnownCredentials, Principal } from './credentials.ts';

/** How far the clocks of signer and service may be apart, either way (AWS Signature Version 4, "Troubleshooting"). */
const maxClockSkewMs = 5 * 60_000;

/** Why a signature is refused. Each protocol has its own error names for these. */
export type RefusalReason = 'missing-authentication' | 'incomplete' | 'unknown-credentials' | 'invalid-signature';

export interface SignatureRefusal {
  readonly type: 'refused';
  readonly reason: RefusalReason;
  /** In the words of AWS, without anything secret. */
  readonly message: string;
}

export type SignatureVerdict = { readonly type: 'verified'; readonly principal: Principal } | SignatureRefusal;

export interface VerificationContext {
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
  readonly findCredentials: (accessKeyId: string) => KnownCredentials | undefined;
}

const refuse = (reason: RefusalReason, message: string): SignatureRefusal => ({ type: 'refused', reason, message });

const securityTokenInvalid = refuse('unknown-credentials', 'The security token included in the request is invalid.');

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

/** Compares without telling by its time how much was right: both sides are hashed to one length first. */
const equalSecrets = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

const timestampPattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

const basicFormat = (epochMs: number): string => new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/g, '');

const parseTimestamp = (text: string): number | undefined => {
  const match = timestampPattern.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const checkTime = (options: { readonly timestamp: string; readonly nowMs: number }): string | undefined => {
  const signedAtMs = parseTimestamp(options.timestamp);
  if (signedAtMs === undefined) return 'Date must be in ISO-8601 basic format, YYYYMMDDTHHMMSSZ.';
  const { timestamp, nowMs } = options;
  if (signedAtMs < nowMs - maxClockSkewMs) {
    const limit = basicFormat(nowMs - maxClockSkewMs);
    return `Signature expired: ${timestamp} is now earlier than ${limit} (${basicFormat(nowMs)} - 5 min.)`;
  }
  if (signedAtMs > nowMs + maxClockSkewMs) {
    const limit = basicFormat(nowMs + maxClockSkewMs);
    return `Signature not yet current: ${timestamp} is still later than ${limit} (${basicFormat(nowMs)} + 5 min.)`;
  }
  return undefined;
};

const checkScope = (options: {
  readonly authorization: SignatureAuthorization;
  readonly timestamp: string;
  readonly context: VerificationContext;
}): string | undefined => {
  const { scope } = options.authorization;
  const { region, service } = options.context;
  const httpDate = options.timestamp.slice(0, 8);
  if (scope.region !== region) return `Credential should be scoped to a valid region, not '${scope.region}'.`;
  if (scope.service !== service) return `Credential should be scoped to correct service: '${service}'.`;
  if (scope.date !== httpDate) {
    return (
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ` +
      `'${scope.date}' != '${httpDate}', from '${options.timestamp}'.`
    );
  }
  return undefined;
};

/** AWS repeats the canonical request so that the caller can compare it with its own. */
const mismatchMessage = (options: { readonly canonical: string; readonly text: string }): string => {
  // The canonical request may hold the session token: what is echoed ends up in logs, so that line is blanked.
  const shown = options.canonical.replace(/^x-amz-security-token:.*$/m, 'x-amz-security-token:<redacted>');
  return `${mismatch}\n\nThe Canonical String for this request should have been\n'${shown}'\n\nThe String-to-Sign should have been\n'${options.text}'\n`;
};

const parseRequest = (
  request: SignedRequest,
): SignatureRefusal | { readonly authorization: SignatureAuthorization; readonly timestamp: string } => {
  const value = request.headers.get('authorization');
  if (!value) return refuse('missing-authentication', 'Missing Authentication Token');
  if (!isSignatureAuthorization(value)) {
    return refuse('incomplete', "Unsupported AWS 'algorithm' in the Authorization header.");
  }
  const parsed = parseAuthorization(value);
  if (parsed.type === 'incomplete') return refuse('incomplete', parsed.message);
  const timestamp = request.headers.get('x-amz-date');
  if (!timestamp) {
    return refuse('incomplete', "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  const { signedHeaders } = parsed.authorization;
  if (!signedHeaders.includes('host')) {
    return refuse('invalid-signature', "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const absent = signedHeaders.filter((name) => !request.headers.has(name));
  if (absent.length > 0) {
    return refuse('invalid-signature', `Signed headers that were not sent: ${absent.join(', ')}. ${mismatch}`);
  }
  return { authorization: parsed.authorization, timestamp };
};

/** Decides who sent a request, as an AWS service does: Signature Version 4 over exactly what was sent. */
export const verifySignature = (request: SignedRequest, context: VerificationContext): SignatureVerdict => {
  const parsed = parseRequest(request);
  if ('type' in parsed) return parsed;
  const { authorization, timestamp } = parsed;
  const known = context.findCredentials(authorization.accessKeyId);
  if (!known) return securityTokenInvalid;
  const token = request.headers.get('x-amz-security-token') ?? '';
  if (!equalSecrets(token, known.credentials.sessionToken ?? '')) return securityTokenInvalid;
  const unfit = checkTime({ timestamp, nowMs: context.nowMs }) ?? checkScope({ authorization, timestamp, context });
  if (unfit !== undefined) return refuse('invalid-signature', unfit);
  const canonical = canonicalRequest(request, authorization.signedHeaders);
  const text = stringToSign({ timestamp, scope: authorization.scope, canonicalRequest: canonical });
  const { secretAccessKey } = known.credentials;
  const expected = signatureOf({ secretAccessKey, scope: authorization.scope, text }).toString('hex');
  return equalSecrets(authorization.signature, expected)
    ? { type: 'verified', principal: known.principal }
    : refuse('invalid-signature', mismatchMessage({ canonical, text }));
};
