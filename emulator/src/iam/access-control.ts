import type { EmulatorListener } from '../events.ts';
import type { Principal } from '../signature/credentials.ts';
import { type AccessRequest, type DenialReason, decide } from './decision.ts';
import type { RequestContext } from './pattern.ts';
import type { PolicyStore } from './policy-store.ts';

/** A right that a request needs. */
export type NeededRight = Pick<AccessRequest, 'action' | 'resource'>;

export interface AccessDenial {
  /** As AWS words it, for the caller. */
  readonly message: string;
}

/** Decides what a principal whose signature is verified may do, by what is deployed at that moment. */
export interface AccessControl {
  /** The denial, or `undefined` when it is allowed. */
  check(principal: Principal, right: NeededRight): AccessDenial | undefined;
}

export interface AccessControlOptions {
  readonly store: Pick<PolicyStore, 'policiesOf' | 'roleArn'>;
  readonly region: string;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

/** The endings of "Troubleshoot access denied error messages" in the AWS IAM user guide. */
const endings: Readonly<Record<DenialReason, (action: string) => string>> = {
  'denied-by-identity': () => 'with an explicit deny in an identity-based policy',
  'denied-by-boundary': () => 'with an explicit deny in a permissions boundary',
  'not-allowed': (action) => `because no identity-based policy allows the ${action} action`,
  'not-allowed-by-boundary': (action) => `because no permissions boundary allows the ${action} action`,
};

/** Global condition keys ("AWS global condition context keys" in the AWS IAM user guide), as far as they have a value here. */
const contextOf = (principal: Principal, { store, region, now }: AccessControlOptions): RequestContext => {
  const { accountId } = principal;
  const nowMs = now();
  // A session goes by the ARN of its role.
  const principalArn = principal.type === 'user' ? principal.arn : store.roleArn(principal.roleName);
  return new Map([
    ['aws:currenttime', new Date(nowMs).toISOString()],
    ['aws:epochtime', String(Math.floor(nowMs / 1_000))],
    ['aws:principalaccount', accountId],
    ['aws:principalarn', principalArn ?? principal.arn],
    ['aws:principalisawsservice', 'false'],
    ['aws:principaltype', principal.type === 'user' ? 'User' : 'AssumedRole'],
    ['aws:requestedregion', region],
    ['aws:resourceaccount', accountId],
    // Loopback stands for TLS: what asks for it means the network.
    ['aws:securetransport', 'true'],
    ['aws:sourceip', '127.0.0.1'],
    ['aws:userid', principal.userId],
    ...(principal.type === 'user' ? [['aws:username', principal.userName] as const] : []),
    ['aws:viaawsservice', 'false'],
  ]);
};

export const createAccessControl = (options: AccessControlOptions): AccessControl => ({
  check: (principal, { action, resource }) => {
    const { store, onEvent } = options;
    const request = { action, resource, context: contextOf(principal, options) };
    const decision = decide(request, store.policiesOf(principal));
    if (decision.type === 'allowed') return undefined;
    const reason = endings[decision.reason](action);
    onEvent({ type: 'access-denied', principalArn: principal.arn, action, resource, reason });
    return {
      message: `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    };
  },
});
