import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { LiveMode } from './live-mode.ts';
import { functionAround, functionBehind } from './references.ts';

/** The stub as a handler: its file in the stub's zip, and the name of what that exports. */
export const STUB_HANDLER = 'live-lambda/handler.handler';

/** What a developer must know of every function whose stub is a handler. */
export const HANDLER_DOOR_DIFFERENCE =
  'Its stub is a handler (door handler): its event and answer are parsed and written anew on the way, so that 1.0 becomes ' +
  '1, large integers lose digits and the order of keys may change; a streamed answer arrives whole, and only where it is JSON.';

const RUNTIME_ADVICE =
  'With the door runtime it can be live: LiveLambda.configure(fn, { door: LiveLambdaDoor.RUNTIME }).';

export interface HandlerDoorRequest {
  readonly fn: lambda.Function;
  readonly mode: LiveMode;
  /** All of the app. */
  readonly constructs: readonly IConstruct[];
}

/** @returns why the stub could not be this function's handler, or undefined if nothing is in its way */
export function findHandlerDoorHazard({ fn, mode, constructs }: HandlerDoorRequest): string | undefined {
  if (mode === 'fallback') {
    return `in mode fallback the stub starts the function's own code, which it cannot as a handler (door handler). ${RUNTIME_ADVICE}`;
  }
  if (!constructs.some((construct) => isStreamingUrlOf(construct, fn))) return undefined;
  return `its function URL streams (invokeMode RESPONSE_STREAM), which a stub that is a handler (door handler) cannot. ${RUNTIME_ADVICE}`;
}

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html} */
function isStreamingUrlOf(construct: IConstruct, fn: lambda.Function): boolean {
  if (!(construct instanceof lambda.CfnUrl) || construct.invokeMode !== lambda.InvokeMode.RESPONSE_STREAM) return false;
  const target = functionBehind(construct.targetFunctionArn) ?? functionAround(construct);
  return target !== undefined && target === fn.node.defaultChild;
}
