export type { Answer, ErrorOrigin, ErrorOutcome, Invocation, Outcome, StreamedResponse } from '../invocation.ts';
export type { RuntimeState } from './machine.ts';
export { MAX_RESPONSE_BYTES, MAX_STREAMED_BYTES, type ProcessEnd } from './outcomes.ts';
export { createRuntimeApiServer, type RuntimeApiServer, type RuntimeApiServerOptions } from './server.ts';
