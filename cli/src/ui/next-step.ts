import type { InvocationError } from '../host.ts';
import { installationCommand, projectCommand } from '../project-command.ts';

/** By the error types with which Lambda's runtimes say that they have no handler. `{file}` is the one that the app names. */
const steps: Readonly<Record<string, string>> = {
  'Runtime.HandlerNotFound': 'Export the handler from {file}, or correct its name in the CDK app.',
  'Runtime.ImportModuleError': 'What {file} imports must be there: correct the import, or install the package.',
  'Runtime.MalformedHandlerName': 'The handler of {file} must be of the form file.export: correct it in the CDK app.',
  'Runtime.UserCodeSyntaxError': 'Correct the file and save it: {file} is loaded again by itself.',
};

/** What to do about an invocation whose time was over. */
export function moreTime(): string {
  return `For more time raise the function's timeout in the CDK app, or \`${projectCommand('live-lambda deploy --timeout 600')}\`.`;
}

/** What to do about an error whose words are those of Lambda, which callers see; undefined where the words say it all. */
export function nextStep({ errorType, errorMessage }: InvocationError, file: string): string | undefined {
  const step = Object.hasOwn(steps, errorType) ? steps[errorType]?.replace('{file}', file) : undefined;
  return missingSdk(errorMessage) ?? step;
}

/**
 * An SDK that Lambda's runtimes bring along, so that a deployed function need not have it. Sources: AWS Lambda Developer
 * Guide, "Runtime-included SDK versions" (Node.js) and "Runtime-included SDK versions" (Python).
 */
const nodeSdk = /Cannot find (?:module|package) '(?<name>(?:@aws-sdk|@smithy)\/[\w.-]+|aws-sdk(?=['/]))/;
const pythonSdk = /No module named '(?<name>boto3|botocore)'/;

/** What to do where an error says that such an SDK is not there; undefined where it says anything else. */
export function missingSdk(message: string): string | undefined {
  const node = nodeSdk.exec(message)?.groups?.name;
  if (node !== undefined)
    return `Lambda's Node.js runtimes bring the AWS SDK along, and this machine does not: \`${installationCommand(node)}\`.`;
  const python = pythonSdk.exec(message)?.groups?.name;
  if (python === undefined) return undefined;
  return `Lambda's Python runtimes bring ${python} along, and this machine does not: install it with pip in the project's virtual environment.`;
}
