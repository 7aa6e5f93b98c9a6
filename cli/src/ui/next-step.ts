import type { InvocationError } from '../host.ts';

/** By the error types with which Lambda's runtimes say that they have no handler. `{file}` is the one that the app names. */
const steps: Readonly<Record<string, string>> = {
  'Runtime.HandlerNotFound': 'Export the handler from {file}, or correct its name in the CDK app.',
  'Runtime.ImportModuleError': 'What {file} imports must be there: correct the import, or install the package.',
  'Runtime.MalformedHandlerName': 'The handler of {file} must be of the form file.export: correct it in the CDK app.',
  'Runtime.UserCodeSyntaxError': 'Correct the file and save it: {file} is loaded again by itself.',
};

/** What to do about an error whose words are those of Lambda, which callers see; undefined where the words say it all. */
export function nextStep({ errorType }: InvocationError, file: string): string | undefined {
  return Object.hasOwn(steps, errorType) ? steps[errorType]?.replace('{file}', file) : undefined;
}
