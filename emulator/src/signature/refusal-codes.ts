import type { RefusalReason } from './verify-signature.ts';

/** The status of every refusal for want of a good signature (AWS IAM user guide, "Common errors"). */
export const refusalStatus = 403;

/** Error names of the services that speak REST with JSON, Lambda among them. */
export const jsonRefusalCodes = {
  'missing-authentication': 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  'unknown-credentials': 'UnrecognizedClientException',
  'invalid-signature': 'InvalidSignatureException',
} as const satisfies Record<RefusalReason, string>;

/** Error names of the services that speak the query protocol, STS and CloudFormation among them. */
export const queryRefusalCodes = {
  'missing-authentication': 'MissingAuthenticationToken',
  incomplete: 'IncompleteSignature',
  'unknown-credentials': 'InvalidClientTokenId',
  'invalid-signature': 'SignatureDoesNotMatch',
} as const satisfies Record<RefusalReason, string>;
