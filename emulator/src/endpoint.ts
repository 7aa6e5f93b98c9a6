import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  answerCloudFormation,
  cloudFormationNamespace,
  cloudFormationVersion,
  neededStackRight,
} from './cloudformation/cloudformation-api.ts';
import type { StackStore } from './cloudformation/stack-store.ts';
import { type LoopbackServer, type ServerCertificate, startLoopbackServer } from './http/loopback-server.ts';
import {
  parseQueryRequest,
  type QueryAnswer,
  type QueryRequest,
  queryError,
  queryResult,
} from './http/query-protocol.ts';
import { readBody, signedRequest } from './http/received-request.ts';
import type { AccessControl } from './iam/access-control.ts';
import { type ApiAnswer, apiError } from './lambda/api-answer.ts';
import { maxSynchronousRequestBytes } from './lambda/function-configuration.ts';
import { tooLargeAnswer } from './lambda/invoke-request.ts';
import type { LambdaApi } from './lambda/lambda-api.ts';
import type { SignedRequest } from './signature/canonical-request.ts';
import type { KnownCredentials, Principal } from './signature/credentials.ts';
import { jsonRefusalCodes, queryRefusalCodes, refusalStatus } from './signature/refusal-codes.ts';
import { type SignatureVerdict, verifySignature } from './signature/verify-signature.ts';
import { callerIdentity, stsNamespace, stsVersion } from './sts/caller-identity.ts';

export interface EndpointOptions {
  readonly port: number;
  /** With it, the port takes TLS as well. */
  readonly tls: ServerCertificate | undefined;
  readonly region: string;
  readonly accountId: string;
  readonly lambda: LambdaApi;
  readonly stacks: StackStore;
  readonly access: AccessControl;
  readonly findCredentials: (accessKeyId: string) => KnownCredentials | undefined;
  readonly now: () => number;
}

type QueryServiceName = 'sts' | 'cloudformation';

const xmlNamespaces = { sts: stsNamespace, cloudformation: cloudFormationNamespace } as const;

/** Services of the query protocol share one path; the version of their API tells them apart. */
const queryServiceOf = (version: string): QueryServiceName | undefined => {
  if (version === stsVersion) return 'sts';
  return version === cloudFormationVersion ? 'cloudformation' : undefined;
};

const answerSts = (request: QueryRequest, principal: Principal, requestId: string): QueryAnswer => {
  const service = { xmlNamespace: stsNamespace };
  if (request.action === 'GetCallerIdentity') {
    return queryResult(service, { action: request.action, requestId, result: callerIdentity(principal) });
  }
  const message = `Could not find operation ${request.action} for version ${stsVersion}`;
  return queryError(service, { status: 400, code: 'InvalidAction', message, requestId });
};

const answerStacks = (
  request: QueryRequest,
  caller: { readonly principal: Principal; readonly requestId: string },
  { region, accountId, access, stacks }: EndpointOptions,
): QueryAnswer => {
  const service = { xmlNamespace: cloudFormationNamespace };
  const { principal, requestId } = caller;
  const right = neededStackRight(request, { region, accountId });
  const denial = right && access.check(principal, right);
  if (denial) return queryError(service, { status: 403, code: 'AccessDenied', message: denial.message, requestId });
  const answer = answerCloudFormation(request, stacks);
  if (answer.type === 'error') return queryError(service, { ...answer, status: 400, requestId });
  return queryResult(service, { action: request.action, requestId, result: answer.result });
};

/** What the services say to a request, once it is known who sent it. */
const createServices = (options: EndpointOptions) => {
  const { region, findCredentials, now, lambda, access } = options;
  const verify = (request: SignedRequest, service: string): SignatureVerdict =>
    verifySignature(request, { region, service, nowMs: now(), findCredentials });
  return {
    answerQuery: (request: SignedRequest): QueryAnswer => {
      const query = parseQueryRequest(request.payload);
      const requestId = randomUUID();
      const service = queryServiceOf(query.version);
      if (!service) {
        const message = `The emulator has no service with the API version "${query.version}"; it has STS and CloudFormation.`;
        return queryError({ xmlNamespace: stsNamespace }, { status: 400, code: 'InvalidAction', message, requestId });
      }
      const verdict = verify(request, service);
      if (verdict.type === 'refused') {
        const error = { status: refusalStatus, code: queryRefusalCodes[verdict.reason], message: verdict.message };
        return queryError({ xmlNamespace: xmlNamespaces[service] }, { ...error, requestId });
      }
      const { principal } = verdict;
      // Whoever has credentials may ask whose they are, even against an explicit deny (AWS STS API reference).
      return service === 'sts'
        ? answerSts(query, principal, requestId)
        : answerStacks(query, { principal, requestId }, options);
    },
    answerLambda: async (request: SignedRequest): Promise<ApiAnswer> => {
      const verdict = verify(request, 'lambda');
      if (verdict.type === 'verified') return lambda.answer(request, (right) => access.check(verdict.principal, right));
      const errorType = jsonRefusalCodes[verdict.reason];
      return apiError({ status: refusalStatus, errorType, message: verdict.message });
    },
  };
};

/** Starts the one endpoint of Lambda, STS and CloudFormation. Every request must be signed. */
export const startEndpoint = (options: EndpointOptions): Promise<LoopbackServer> => {
  const services = createServices(options);

  const answer = async (request: IncomingMessage): Promise<ApiAnswer> => {
    const body = await readBody(request, maxSynchronousRequestBytes);
    if (body.type === 'too-large') {
      return tooLargeAnswer(String(request.headers['x-amz-invocation-type'] ?? ''), body.receivedBytes);
    }
    const signed = signedRequest(request, body.bytes);
    if (signed.path !== '/') return services.answerLambda(signed);
    const { status, body: text } = services.answerQuery(signed);
    return { status, headers: { 'content-type': 'text/xml' }, body: text };
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, body } = await answer(request);
    response.writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers });
    if (typeof body === 'string' || body instanceof Uint8Array) response.end(body);
    else await pipeline(body, response);
  };

  return startLoopbackServer({
    port: options.port,
    tls: options.tls,
    // Only a request, or the reader of a stream, that broke off makes this fail: then nobody waits for an answer.
    onRequest: (request, response) => void respond(request, response).catch(() => response.destroy()),
  });
};
