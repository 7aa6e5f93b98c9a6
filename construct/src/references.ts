import { type IResolvable, Reference, Token, Tokenization } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';

/** The constructs that a value refers to, in its order. */
export function targetsOf(value: unknown): readonly IConstruct[] {
  return tokensOf(value)
    .filter((token) => Reference.isReference(token))
    .map((token) => token.target);
}

function tokensOf(value: unknown): readonly IResolvable[] {
  if (typeof value === 'string') return Tokenization.reverseString(value).tokens;
  return Tokenization.isResolvable(value) && Token.isUnresolved(value) ? [value] : [];
}

/** The function that a value refers to, be it by way of one of its versions. */
export function functionBehind(value: unknown): lambda.CfnFunction | undefined {
  const [target] = targetsOf(value);
  if (target instanceof lambda.CfnVersion) return functionBehind(target.functionName);
  return target instanceof lambda.CfnFunction ? target : undefined;
}

/** The function in whose part of the construct tree something lies, or in that of one of its aliases. */
export function functionAround(construct: IConstruct): lambda.CfnFunction | undefined {
  const qualified = construct.node.scopes.findLast((scope) => scope instanceof lambda.QualifiedFunctionBase);
  const owner =
    qualified instanceof lambda.QualifiedFunctionBase
      ? qualified.lambda
      : construct.node.scopes.findLast((scope) => scope instanceof lambda.Function);
  const resource = owner?.node.defaultChild;
  return resource instanceof lambda.CfnFunction ? resource : undefined;
}
