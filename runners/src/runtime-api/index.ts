export type { ErrorOrigin, Invocation, Outcome } from '../invocation.ts';
export type { RuntimeState } from './machine.ts';
export { MAX_RESPONSE_BYTES, type ProcessEnd } from './outcomes.ts';
export { createRuntimeApiServer, type RuntimeApiServer, type RuntimeApiServerOptions } from './server.ts';
