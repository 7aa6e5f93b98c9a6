import { Token } from 'aws-cdk-lib';

/**
 * Variables in which tools for observation keep the handler that a developer wrote, once they have put their own into its
 * place: {@link https://docs.datadoghq.com/serverless/aws_lambda/installation/},
 * {@link https://docs.newrelic.com/docs/serverless-function-monitoring/aws-lambda-monitoring/},
 * {@link https://docs.lumigo.io/docs/lambda-layers}
 */
const HANDLER_VARIABLES: Readonly<Record<string, RegExp>> = {
  DD_LAMBDA_HANDLER: /datadog/,
  NEW_RELIC_LAMBDA_HANDLER: /newrelic/,
  LUMIGO_ORIGINAL_HANDLER: /lumigo/,
};

/** Where Lambda unpacks layers. */
const LAYERS_DIRECTORY = '/opt/';

export type RealHandler =
  | { readonly state: 'known'; readonly handler: string; readonly redirectedBy?: string }
  | { readonly state: 'hidden' };

/** The handler that the developer wrote, of a function whose `Handler` may be a tool's that calls it. */
export function findRealHandler(
  handler: string,
  environment: Readonly<Record<string, unknown>> | undefined,
): RealHandler {
  const variable = Object.keys(HANDLER_VARIABLES).find((name) => HANDLER_VARIABLES[name]?.test(handler));
  const real = variable === undefined ? undefined : environment?.[variable];
  if (typeof real === 'string' && real !== '' && !Token.isUnresolved(real)) {
    return { state: 'known', handler: real, redirectedBy: handler };
  }
  return handler.startsWith(LAYERS_DIRECTORY) ? { state: 'hidden' } : { state: 'known', handler };
}
