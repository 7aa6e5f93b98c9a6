import type { AccessDenial, NeededRight } from '../iam/access-control.ts';
import type { SignedRequest } from '../signature/canonical-request.ts';
import { type ApiAnswer, apiError, jsonAnswer } from './api-answer.ts';
import { describeFunction } from './function-description.ts';
import { notFoundMessage, parseFunctionReference, qualifiedArn } from './function-name.ts';
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

/** Says whether the sender of a request may do something. */
export type CheckAccess = (right: NeededRight) => AccessDenial | undefined;

/** The Lambda API as AWS's SDKs and CLI call it: Invoke, and what is read of functions. */
export interface LambdaApi {
  answer(request: SignedRequest, checkAccess: CheckAccess): Promise<ApiAnswer>;
}

/** A request that is about one function. */
interface FunctionRequest {
  readonly request: SignedRequest;
  /** As it stands in the path. */
  readonly encodedName: string;
  /** `lambda:Operation` */
  readonly action: string;
  readonly checkAccess: CheckAccess;
}

const forbidden = ({ message }: AccessDenial): ApiAnswer =>
  apiError({ status: 403, errorType: 'AccessDeniedException', message });

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

/** The reading operations on a function, by what follows its name in the path. */
const describing: ReadonlyMap<
  string,
  { readonly action: string; readonly answer: (target: FunctionTarget) => ApiAnswer }
> = new Map([
  [
    'configuration',
    {
      action: 'lambda:GetFunctionConfiguration',
      answer: ({ configuration, qualifier }) => jsonAnswer(200, describeFunction(configuration, qualifier)),
    },
  ],
  [
    '',
    {
      action: 'lambda:GetFunction',
      answer: ({ configuration, qualifier }) =>
        jsonAnswer(200, {
          Configuration: describeFunction(configuration, qualifier),
          Code: { RepositoryType: 'S3' },
        }),
    },
  ],
]);

/** Both operations that invoke need this right ("Actions, resources, and condition keys for AWS Lambda"). */
const invokeAction = 'lambda:InvokeFunction';

export const createLambdaApi = (options: LambdaApiOptions): LambdaApi => {
  const { service, region, accountId } = options;
  const invoke = createInvokeOperation(options);
  const invokeStreaming = createStreamingInvokeOperation(options);

  /** The right is asked for before the function is looked for: who may not know does not learn whether it exists. */
  const findTarget = ({ request, encodedName, action, checkAccess }: FunctionRequest): FunctionTarget | ApiAnswer => {
    const name = decodePart(encodedName);
    const parameter = new URLSearchParams(request.query).get('Qualifier') ?? undefined;
    const reference = name === undefined ? undefined : parseFunctionReference(name, parameter);
    if (!reference) {
      const message = `The function name ${name ?? encodedName} is not valid, or its qualifier is not the one of the Qualifier parameter.`;
      return apiError({ status: 400, errorType: 'InvalidParameterValueException', message });
    }
    const { functionName, qualifier } = reference;
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
    const denial = checkAccess({ action, resource: qualifiedArn(arn, qualifier) });
    if (denial) return forbidden(denial);
    const configuration = service.catalog.find(reference);
    if (configuration) return { configuration, qualifier };
    return apiError({
      status: 404,
      errorType: 'ResourceNotFoundException',
      message: notFoundMessage(arn, qualifier),
    });
  };

  const listFunctions = (checkAccess: CheckAccess): ApiAnswer => {
    const denial = checkAccess({ action: 'lambda:ListFunctions', resource: '*' });
    if (denial) return forbidden(denial);
    const functions = service.catalog.list().map((configuration) => describeFunction(configuration, undefined));
    return jsonAnswer(200, { Functions: functions });
  };

  const answerStreaming = async (request: SignedRequest, checkAccess: CheckAccess): Promise<ApiAnswer> => {
    const [encodedName = '', action = ''] = request.path.slice(streamingPathPrefix.length + 1).split('/');
    if (request.method !== 'POST' || action !== 'response-streaming-invocations') return unknownOperation(request);
    const target = findTarget({ request, encodedName, action: invokeAction, checkAccess });
    return 'status' in target ? target : invokeStreaming(target, request);
  };

  return {
    answer: async (request, checkAccess) => {
      const { method, path } = request;
      if (path.startsWith(`${streamingPathPrefix}/`)) return answerStreaming(request, checkAccess);
      if (path !== pathPrefix && !path.startsWith(`${pathPrefix}/`)) return unknownOperation(request);
      const [encodedName = '', rest = ''] = path.slice(pathPrefix.length + 1).split('/');
      if (encodedName === '') return method === 'GET' ? listFunctions(checkAccess) : unknownOperation(request);
      if (method === 'POST' && rest === 'invocations') {
        const target = findTarget({ request, encodedName, action: invokeAction, checkAccess });
        return 'status' in target ? target : invoke(target, request);
      }
      const described = method === 'GET' ? describing.get(rest) : undefined;
      if (!described) return unknownOperation(request);
      const target = findTarget({ request, encodedName, action: described.action, checkAccess });
      return 'status' in target ? target : described.answer(target);
    },
  };
};
