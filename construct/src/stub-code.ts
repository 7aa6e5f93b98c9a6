import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

/**
 * The stub as this package carries it: a ready zip, so that the run bit of its start script survives every system and
 * the asset's hash is that of its content.
 *
 * @throws Error if the package was built without it
 */
export function stubZipPath(): string {
  const path = join(__dirname, '..', 'assets', 'stub.zip');
  if (existsSync(path)) return path;
  throw new Error(
    `live-lambda: the stub ${path} is missing from this installation of live-lambda-cdk. ` +
      'Install the package again; in its own repository run npm run build.',
  );
}

/** The stub's code in the place of the app's, which is kept unbound, so that CDK never bundles it. */
export class StubCode extends lambda.Code {
  readonly isInline = false;
  readonly original: lambda.Code;
  private readonly assetFor: (fn: Construct) => Asset;

  constructor(original: lambda.Code, assetFor: (fn: Construct) => Asset) {
    super();
    this.original = original;
    this.assetFor = assetFor;
  }

  override bind(fn: Construct): lambda.CodeConfig {
    const asset = this.assetFor(fn);
    return { s3Location: { bucketName: asset.s3BucketName, objectKey: asset.s3ObjectKey } };
  }
}

/** Gives a function the code back that the app meant, as if it had never been replaced. */
export function restoreCode(fn: lambda.Function, resource: lambda.CfnFunction, original: lambda.Code): void {
  const { s3Location, inlineCode, sourceKMSKeyArn } = original.bind(fn);
  resource.code = {
    ...(s3Location && { s3Bucket: s3Location.bucketName, s3Key: s3Location.objectKey }),
    ...(s3Location?.objectVersion !== undefined && { s3ObjectVersion: s3Location.objectVersion }),
    ...(inlineCode !== undefined && { zipFile: inlineCode }),
    ...(sourceKMSKeyArn !== undefined && { sourceKmsKeyArn: sourceKMSKeyArn }),
  };
  original.bindToResource(resource);
}
