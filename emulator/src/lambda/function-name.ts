import { latestVersion } from './function-configuration.ts';

/** Which function a caller means. */
export interface FunctionReference {
  readonly functionName: string;
  /** A version or alias, if the caller named one. */
  readonly qualifier: string | undefined;
}

/** `name`, `name:alias`, `account:function:name` or a whole ARN (the Invoke page of the AWS Lambda API reference). */
const referencePattern =
  /^(?:(?:arn:[a-z-]+:lambda:[a-z0-9-]+:)?\d{12}:function:)?(?<name>[A-Za-z0-9_-]{1,140})(?::(?<qualifier>\$LATEST|[A-Za-z0-9_-]+))?$/;

/**
 * Reads the name in a path. `undefined` when it is no name, or when the name and the `Qualifier` parameter disagree.
 */
export const parseFunctionReference = (
  text: string,
  qualifierParameter: string | undefined,
): FunctionReference | undefined => {
  const groups = referencePattern.exec(text)?.groups;
  if (!groups?.name) return undefined;
  const { name, qualifier } = groups;
  if (qualifier && qualifierParameter && qualifier !== qualifierParameter) return undefined;
  return { functionName: name, qualifier: qualifier || qualifierParameter || undefined };
};

/** An ARN with the version or alias that the caller named; without one, the plain ARN. */
export const qualifiedArn = (functionArn: string, qualifier: string | undefined): string =>
  qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`;

/** The words of Lambda for a function that does not exist. */
export const notFoundMessage = (functionArn: string, qualifier: string | undefined): string =>
  `Function not found: ${qualifiedArn(functionArn, qualifier ?? latestVersion)}`;
