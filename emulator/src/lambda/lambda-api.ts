import type { SignedRequest } from '../signature/canonical-request.ts';
import { type ApiAnswer, apiError, jsonAnswer } from './api-answer.ts';
import { describeFunction } from './function-description.ts';
import { notFoundMessage, parseFunctionReference } from './function-name.ts';
import type { FunctionTarget } from './function-target.ts';
import { createInvokeOperation, type InvokeOperationOptions } from './invoke-operation.ts';
import { createStreamingInvokeOperation } from './streaming-invoke-operation.ts';

/** How the paths of the API that the emulator has start: with the version in which AWS added the operation. */
const pathPrefix = '/2015-03-31/functions';
const streamingPathPrefix = '/2021-11-15/functions';

export interface LambdaApiOptions extends InvokeOperationOptions {
  readonly region: string;
  readonly accountId: string;
}

/** The Lambda API as AWS's SDKs and CLI call it: Invoke, and what is read of functions. */
export interface LambdaApi {
  answer(request: SignedRequest): Promise<ApiAnswer>;
}

const unknownOperation = ({ method, path }: SignedRequest): ApiAnswer =>
  apiError({
    status: 404,
    errorType: 'UnknownOperationException',
    message: `The emulator has no operation ${method} ${path}`,
  });

const decodePart = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const describeTarget = (target: FunctionTarget, action: string): ApiAnswer | undefined => {
  const description = describeFunction(target.configuration, target.qualifier);
  if (action === 'configuration') return jsonAnswer(200, description);
  return action === '' ? jsonAnswer(200, { Configuration: description, Code: { RepositoryType: 'S3' } }) : undefined;
};

export const createLambdaApi = (options: LambdaApiOptions): LambdaApi => {
  const { service, region, accountId } = options;
  const invoke = createInvokeOperation(options);
  const invokeStreaming = createStreamingInvokeOperation(options);

  const findTarget = (encodedName: string, query: string): FunctionTarget | ApiAnswer => {
    const name = decodePart(encodedName);
    const parameter = new URLSearchParams(query).get('Qualifier') ?? undefined;
    const reference = name === undefined ? undefined : parseFunctionReference(name, parameter);
    if (!reference) {
      const message = `The function name ${name ?? encodedName} is not valid, or its qualifier is not the one of the Qualifier parameter.`;
      return apiError({ status: 400, errorType: 'InvalidParameterValueException', message });
    }
    const { functionName, qualifier } = reference;
    const configuration = service.catalog.find(reference);
    if (configuration) return { configuration, qualifier };
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
    return apiError({
      status: 404,
      errorType: 'ResourceNotFoundException',
      message: notFoundMessage(arn, qualifier),
    });
  };

  const listFunctions = (): ApiAnswer =>
    jsonAnswer(200, {
      Functions: service.catalog.list().map((configuration) => describeFunction(configuration, undefined)),
    });

  const answerStreaming = async (request: SignedRequest): Promise<ApiAnswer> => {
    const [encodedName = '', action = ''] = request.path.slice(streamingPathPrefix.length + 1).split('/');
    if (request.method !== 'POST' || action !== 'response-streaming-invocations') return unknownOperation(request);
    const target = findTarget(encodedName, request.query);
    return 'status' in target ? target : invokeStreaming(target, request);
  };

  return {
    answer: async (request) => {
      const { method, path, query } = request;
      if (path.startsWith(`${streamingPathPrefix}/`)) return answerStreaming(request);
      if (path !== pathPrefix && !path.startsWith(`${pathPrefix}/`)) return unknownOperation(request);
      const [encodedName = '', action = ''] = path.slice(pathPrefix.length + 1).split('/');
      if (encodedName === '') return method === 'GET' ? listFunctions() : unknownOperation(request);
      const target = findTarget(encodedName, query);
      if ('status' in target) return target;
      if (method === 'POST' && action === 'invocations') return invoke(target, request);
      return (method === 'GET' ? describeTarget(target, action) : undefined) ?? unknownOperation(request);
    },
  };
};
