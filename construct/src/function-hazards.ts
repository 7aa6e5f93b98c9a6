import { EXEC_WRAPPER_VARIABLE, MAX_STUB_VARIABLE_BYTES, MOVED_VARIABLES, STUB_VARIABLE } from './stub-environment.ts';
import { type FunctionProperties, variablesOf } from './template-facts.ts';

/**
 * All names and values of a function's variables together.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html}
 */
const MAX_ENVIRONMENT_BYTES = 4096;

/** Starts a web server instead of a handler: {@link https://awslabs.github.io/aws-lambda-web-adapter/} */
const WEB_ADAPTER_WRAPPER = '/opt/bootstrap';

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html} */
const MANAGED_INSTANCES =
  'It runs on Lambda Managed Instances, where one execution environment takes several invocations at once. While it is ' +
  'live each takes one at a time.';

/** @returns why the stub could not run in this function's place, or undefined if nothing is in its way */
export function findHazard(properties: FunctionProperties): string | undefined {
  if (properties.CodeSigningConfigArn !== undefined) {
    return 'its code must be signed (CodeSigningConfigArn), and the stub is not. Deploy it without the code signing config to develop with it.';
  }
  if (variablesOf(properties)[EXEC_WRAPPER_VARIABLE] === WEB_ADAPTER_WRAPPER) {
    return `it runs behind the Lambda Web Adapter (${EXEC_WRAPPER_VARIABLE}=${WEB_ADAPTER_WRAPPER}): its code is a web server, which has no handler to run.`;
  }
  return environmentHazard(properties);
}

/** @returns what will be different on the developer's machine, as sentences */
export function findDifferences(properties: FunctionProperties): readonly string[] {
  const wrapper = variablesOf(properties)[EXEC_WRAPPER_VARIABLE];
  const named = typeof wrapper === 'string' ? ` ${wrapper}` : '';
  return [
    ...(wrapper === undefined
      ? []
      : [`Its own exec wrapper${named} does not run while it is live: what that adds, such as traces, is missing.`]),
    ...(properties.CapacityProviderConfig === undefined ? [] : [MANAGED_INSTANCES]),
  ];
}

/** What is known only at deploy is not counted: this finds what cannot fit. */
function environmentHazard(properties: FunctionProperties): string | undefined {
  const variables = Object.entries(variablesOf(properties)).filter(([name]) => name !== STUB_VARIABLE);
  const bytesOf = ([name, value]: readonly [string, unknown]) =>
    Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  const moved = variables.filter(([name]) => MOVED_VARIABLES.includes(name));
  const bytes = variables.reduce((sum, variable) => sum + bytesOf(variable), MAX_STUB_VARIABLE_BYTES);
  if (bytes <= MAX_ENVIRONMENT_BYTES) return undefined;
  const movedNote = moved.length > 0 ? `, ${moved.map(([name]) => name).join(' and ')} included` : '';
  return (
    `its own variables have ${bytes - MAX_STUB_VARIABLE_BYTES} bytes${movedNote}, and with up to ` +
    `${MAX_STUB_VARIABLE_BYTES} of live-lambda's that is more than the ${MAX_ENVIRONMENT_BYTES} that Lambda allows. Shorten them.`
  );
}
