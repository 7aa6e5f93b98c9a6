import { administratorAccess } from '../iam/aws-managed-policies.ts';

/** Who signed a request. */
export type Principal =
  | {
      readonly type: 'user';
      readonly accountId: string;
      readonly userId: string;
      readonly arn: string;
      readonly userName: string;
      /** Of the managed policies that are attached to the user. */
      readonly policyArns: readonly string[];
    }
  | {
      readonly type: 'role-session';
      readonly accountId: string;
      readonly userId: string;
      readonly arn: string;
      readonly roleName: string;
      readonly sessionName: string;
    };

/** Keys as the AWS SDK takes them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for the temporary credentials of a role session only. */
  readonly sessionToken?: string;
}

/** Temporary credentials always come with a token. */
export type SessionCredentials = Credentials & { readonly sessionToken: string };

/** What Lambda asks for when it starts an execution environment. */
export interface RoleSession {
  readonly roleArn: string;
  /** The function's name (AWS Lambda developer guide, "Working with Lambda execution environment credentials"). */
  readonly sessionName: string;
}

/** Gives the credentials of a role's session, as the operation of that name of STS does. */
export type AssumeRole = (session: RoleSession) => Promise<SessionCredentials>;

export interface KnownCredentials {
  readonly credentials: Credentials;
  readonly principal: Principal;
}

export interface NewUser {
  readonly userName: string;
  readonly policyArns: readonly string[];
  readonly credentials?: Credentials | undefined;
}

export interface NewRoleSession {
  readonly roleName: string;
  readonly sessionName: string;
  readonly credentials?: SessionCredentials | undefined;
}

/** All keys that one emulated account knows. */
export interface CredentialStore {
  /** An IAM user who may do everything. */
  readonly developer: KnownCredentials;
  find(accessKeyId: string): KnownCredentials | undefined;
  /** The id that IAM gives a role beside its name. */
  roleId(roleName: string): string;
  /** Keys of a new IAM user, new ones unless somebody else made them. */
  mintUser(user: NewUser): Credentials;
  /** Credentials of a role, as Lambda gives them to one execution environment; new ones unless somebody else made them. */
  mintRoleSession(session: NewRoleSession): SessionCredentials;
}

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Identifiers of IAM are a four letter prefix that tells the kind, and letters and digits after it. */
const identifier = (options: { readonly prefix: string; readonly bytes: Uint8Array }): string =>
  options.prefix + [...options.bytes].map((byte) => base32Alphabet[byte % base32Alphabet.length]).join('');

/**
 * A store with one IAM user, the developer. Source of the prefixes (AKIA, ASIA, AIDA, AROA): "IAM identifiers" in the
 * AWS IAM user guide.
 */
export const createCredentialStore = (options: {
  readonly accountId: string;
  readonly randomBytes: (count: number) => Uint8Array;
}): CredentialStore => {
  const { accountId, randomBytes } = options;
  const known = new Map<string, KnownCredentials>();
  const roleIds = new Map<string, string>();
  const keyId = (prefix: 'AKIA' | 'ASIA'): string => identifier({ prefix, bytes: randomBytes(16) });
  const secret = (): string => Buffer.from(randomBytes(30)).toString('base64');

  const remember = <T extends KnownCredentials>(entry: T): T => {
    known.set(entry.credentials.accessKeyId, entry);
    return entry;
  };
  const roleId = (roleName: string): string => {
    const existing = roleIds.get(roleName) ?? identifier({ prefix: 'AROA', bytes: randomBytes(17) });
    roleIds.set(roleName, existing);
    return existing;
  };

  const newUser = ({ userName, policyArns, credentials }: NewUser): KnownCredentials =>
    remember({
      credentials: credentials ?? { accessKeyId: keyId('AKIA'), secretAccessKey: secret() },
      principal: {
        type: 'user',
        accountId,
        userId: identifier({ prefix: 'AIDA', bytes: randomBytes(17) }),
        arn: `arn:aws:iam::${accountId}:user/${userName}`,
        userName,
        policyArns,
      },
    });

  return {
    developer: newUser({ userName: 'developer', policyArns: [administratorAccess] }),
    mintUser: (user) => newUser(user).credentials,
    find: (accessKeyId) => known.get(accessKeyId),
    roleId,
    mintRoleSession: ({ roleName, sessionName, credentials }) =>
      remember({
        credentials: credentials ?? {
          accessKeyId: keyId('ASIA'),
          secretAccessKey: secret(),
          sessionToken: Buffer.from(randomBytes(240)).toString('base64'),
        },
        principal: {
          type: 'role-session' as const,
          accountId,
          userId: `${roleId(roleName)}:${sessionName}`,
          arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
          roleName,
          sessionName,
        },
      }).credentials,
  };
};
