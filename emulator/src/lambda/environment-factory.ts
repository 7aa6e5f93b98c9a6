import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { LaunchCommand } from '@live-lambda/runner';
import type { EmulatorListener } from '../events.ts';
import type { AssumeRole, CredentialStore, SessionCredentials } from '../signature/credentials.ts';
import { environmentVariables } from './environment-variables.ts';
import { type FunctionConfiguration, roleNameOf } from './function-configuration.ts';
import { createPooledEnvironment, type PooledEnvironment } from './pooled-environment.ts';

export interface EnvironmentFactoryOptions {
  readonly region: string;
  readonly credentials: CredentialStore;
  /** Makes the credentials of environments in the place of the store, which then knows them too. */
  readonly assumeRole: AssumeRole | undefined;
  /** Of the emulator's AWS, once it listens. */
  readonly endpointUrl: () => string;
  /** Whether environments stand still between invocations. */
  readonly freezes: boolean;
  readonly now: () => number;
  readonly onEvent: EmulatorListener;
}

/** `2026/08/01/[$LATEST]0123…`, as CloudWatch shows it. */
const newLogStream = (version: string, nowMs: number): string => {
  const date = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${date}/[${version}]${randomBytes(16).toString('hex')}`;
};

/** Where programs are found: first the Node that stands in for `/var/lang/bin`, then what this machine has. */
const programPath = (): string =>
  [path.dirname(process.execPath), process.env.PATH ?? ''].filter((part) => part !== '').join(path.delimiter);

const assumeRoleOf = async (
  configuration: FunctionConfiguration,
  { credentials, assumeRole }: EnvironmentFactoryOptions,
): Promise<SessionCredentials> => {
  const { roleArn, functionName: sessionName } = configuration;
  const made = await assumeRole?.({ roleArn, sessionName });
  return credentials.mintRoleSession({ roleName: roleNameOf(configuration), sessionName, credentials: made });
};

/** A new execution environment, not started, with a log stream and credentials of its own. */
export const createEnvironment = async (
  configuration: FunctionConfiguration,
  command: LaunchCommand,
  options: EnvironmentFactoryOptions,
): Promise<PooledEnvironment> => {
  const { region, freezes, now, onEvent } = options;
  const logStream = newLogStream(configuration.version, now());
  const credentials = await assumeRoleOf(configuration, options);
  const endpointUrl = options.endpointUrl();
  const facts = { configuration, region, logStream, credentials, endpointUrl, programPath: programPath() };
  const plan = { ...command, env: { ...environmentVariables(facts), ...command.env } };
  return createPooledEnvironment({ configuration, logStream, plan, freezes, now, onEvent });
};
