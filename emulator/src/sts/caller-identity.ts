import type { XmlContent } from '../http/query-protocol.ts';
import type { Principal } from '../signature/credentials.ts';

export const stsVersion = '2011-06-15';
export const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The result of GetCallerIdentity (AWS STS API reference). */
export const callerIdentity = (principal: Principal): XmlContent => ({
  Arn: principal.arn,
  UserId: principal.userId,
  Account: principal.accountId,
});
