import { type CredentialScope, signatureAlgorithm } from './canonical-request.ts';

/** The parts of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. */
export interface SignatureAuthorization {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** In the order and spelling of the header. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal, as it was sent. */
  readonly signature: string;
}

export type ParsedAuthorization =
  | { readonly type: 'parsed'; readonly authorization: SignatureAuthorization }
  | { readonly type: 'incomplete'; readonly message: string };

const credentialPattern = /^(?<key>[^/]+)\/(?<date>\d{8})\/(?<region>[^/]*)\/(?<service>[^/]*)\/aws4_request$/;

const incomplete = (message: string): ParsedAuthorization => ({ type: 'incomplete', message });

/** Whether an Authorization value is a Signature Version 4 one at all. */
export const isSignatureAuthorization = (value: string): boolean => value.startsWith(signatureAlgorithm);

/** Takes an Authorization value apart. The value itself never gets into the message: it is half of a credential. */
export const parseAuthorization = (value: string): ParsedAuthorization => {
  const members = new Map(
    value
      .slice(signatureAlgorithm.length)
      .split(',')
      .map((part) => {
        const [name = '', ...rest] = part.trim().split('=');
        return [name, rest.join('=')] as const;
      }),
  );
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !members.get(name));
  if (missing.length > 0) {
    return incomplete(missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' '));
  }
  const groups = credentialPattern.exec(members.get('Credential') ?? '')?.groups;
  if (!groups) {
    return incomplete(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request.',
    );
  }
  return {
    type: 'parsed',
    authorization: {
      accessKeyId: groups.key ?? '',
      scope: { date: groups.date ?? '', region: groups.region ?? '', service: groups.service ?? '' },
      signedHeaders: (members.get('SignedHeaders') ?? '').split(';'),
      signature: members.get('Signature') ?? '',
    },
  };
};
