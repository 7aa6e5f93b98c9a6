/** Lambda's limits and defaults ("Lambda quotas" in the AWS Lambda developer guide). */
export const maxSynchronousRequestBytes = 6_291_456;
export const maxAsynchronousRequestBytes = 1_048_576;
export const maxEnvironmentBytes = 4_096;
export const maxClientContextBytes = 3_583;
export const maxLogResultBytes = 4_096;
export const defaultTimeoutSeconds = 3;
export const defaultMemoryMb = 128;

/** The version that is not published: what was deployed last. */
export const latestVersion = '$LATEST';

/** What a deployment says about a function, or what a published version keeps of it. */
export interface FunctionConfiguration {
  readonly functionName: string;
  /** Without a version. */
  readonly functionArn: string;
  readonly version: string;
  readonly description: string;
  readonly roleArn: string;
  readonly runtime: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** The variables that the template sets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly architecture: string;
  readonly layerArns: readonly string[];
  readonly logGroup: string;
  readonly codeBytes: number;
  /** Base64. */
  readonly codeSha256: string;
  /** Absolute; what is `/var/task` in Lambda. */
  readonly taskRoot: string;
  /** Absolute; what is `/opt` in Lambda. */
  readonly optRoot: string;
  readonly lastModifiedMs: number;
}

/** The name of the role, which is the last part of its ARN. */
export const roleNameOf = (configuration: FunctionConfiguration): string =>
  configuration.roleArn.split('/').at(-1) ?? configuration.roleArn;
