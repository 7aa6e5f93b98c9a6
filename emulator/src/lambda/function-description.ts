import { type FunctionConfiguration, latestVersion } from './function-configuration.ts';
import { qualifiedArn } from './function-name.ts';

/** Lambda writes times like `2026-08-01T10:15:00.000+0000`. */
const lambdaTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '+0000');

/** A function as GetFunctionConfiguration shows it (AWS Lambda API reference, "FunctionConfiguration"). */
export const describeFunction = (
  configuration: FunctionConfiguration,
  qualifier: string | undefined,
): Readonly<Record<string, unknown>> => ({
  FunctionName: configuration.functionName,
  FunctionArn: qualifiedArn(
    configuration.functionArn,
    qualifier ?? (configuration.version === latestVersion ? undefined : configuration.version),
  ),
  Runtime: configuration.runtime,
  Role: configuration.roleArn,
  Handler: configuration.handler,
  CodeSize: configuration.codeBytes,
  Description: configuration.description,
  Timeout: configuration.timeoutSeconds,
  MemorySize: configuration.memoryMb,
  LastModified: lambdaTime(configuration.lastModifiedMs),
  CodeSha256: configuration.codeSha256,
  Version: configuration.version,
  Environment: { Variables: configuration.environment },
  TracingConfig: { Mode: 'PassThrough' },
  Layers: configuration.layerArns.map((arn) => ({ Arn: arn })),
  State: 'Active',
  LastUpdateStatus: 'Successful',
  PackageType: 'Zip',
  Architectures: [configuration.architecture],
  LoggingConfig: { LogFormat: 'Text', LogGroup: configuration.logGroup },
});
