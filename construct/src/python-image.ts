import type { DockerImage } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** The class of `@aws-cdk/aws-lambda-python-alpha`, as CDK's property injectors know it. */
export const PYTHON_FUNCTION_INJECTION_ID = '@aws-cdk.aws-lambda-python-alpha.PythonFunction';

interface PythonFunctionProps {
  readonly runtime: lambda.Runtime;
  readonly bundling?: { readonly image?: DockerImage };
}

/**
 * A `PythonFunction` without an image of its own builds one with Docker in its constructor, before anybody knows whether
 * there will be anything to bundle. This gives it one that need not be built.
 */
export function withReadyImage<Props extends PythonFunctionProps>(props: Props): Props {
  if (props.bundling?.image !== undefined) return props;
  return { ...props, bundling: { ...props.bundling, image: props.runtime.bundlingImage } };
}
