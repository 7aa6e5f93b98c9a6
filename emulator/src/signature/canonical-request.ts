import { createHash, createHmac } from 'node:crypto';

/** A request as it reached the server, before anything was decoded. */
export interface SignedRequest {
  readonly method: string;
  /** The path as it was sent, still percent-encoded. */
  readonly path: string;
  /** The query as it was sent, without the question mark. */
  readonly query: string;
  /** Names in lower case. The values of a header that was sent several times are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** What a signature is good for: one day, one region, one service. */
export interface CredentialScope {
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The only algorithm that AWS services accept from long-term and session credentials. */
export const signatureAlgorithm = 'AWS4-HMAC-SHA256';

/** Percent-encodes everything but the unreserved characters of RFC 3986, as Signature Version 4 asks. */
const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const decodeQueryPart = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

const canonicalPath = (path: string): string => {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  // Every service but S3 signs the path that is sent, encoded once more.
  return `/${segments.map(encodeRfc3986).join('/')}${trailing}`;
};

const canonicalQuery = (query: string): string =>
  query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const name = equals < 0 ? part : part.slice(0, equals);
      const value = equals < 0 ? '' : part.slice(equals + 1);
      return [encodeRfc3986(decodeQueryPart(name)), encodeRfc3986(decodeQueryPart(value))] as const;
    })
    .sort(([nameA, valueA], [nameB, valueB]) => compareBytes(nameA, nameB) || compareBytes(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** Encoded text is ASCII, so that the order of code units is the order of bytes. */
const compareBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/**
 * The canonical request of Signature Version 4.
 * Source: "Create a signed AWS API request" in the AWS IAM user guide.
 */
export const canonicalRequest = (request: SignedRequest, signedHeaders: readonly string[]): string =>
  [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(request.payload),
  ].join('\n');

const scopeText = (scope: CredentialScope): string => `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

/** The text that is signed. `timestamp` is `YYYYMMDDTHHMMSSZ`. */
export const stringToSign = (options: {
  readonly timestamp: string;
  readonly scope: CredentialScope;
  readonly canonicalRequest: string;
}): string =>
  [signatureAlgorithm, options.timestamp, scopeText(options.scope), sha256(options.canonicalRequest)].join('\n');

/** The 32 bytes of the signature of `text` under a secret key in a scope. */
export const signatureOf = (options: {
  readonly secretAccessKey: string;
  readonly scope: CredentialScope;
  readonly text: string;
}): Buffer => {
  const parts = [options.scope.date, options.scope.region, options.scope.service, 'aws4_request', options.text];
  return parts.reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${options.secretAccessKey}`),
  );
};
