/** Which request the log is about. */
export interface RunningRequest {
  readonly requestId: string | undefined;
  readonly tenantId: string | undefined;
}

/** Where nodejs22.x and older keep the running request, for libraries to read. */
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');
const TENANT_ID = Symbol.for('aws.lambda.runtime.tenantId');
const shared = globalThis as unknown as Record<symbol, string | undefined>;

/** The running request of nodejs22.x and older, as anybody in the process may see and set it. */
export const globalRequest = {
  get requestId(): string | undefined {
    return shared[REQUEST_ID];
  },
  get tenantId(): string | undefined {
    return shared[TENANT_ID];
  },
  set({ requestId, tenantId }: RunningRequest): void {
    shared[REQUEST_ID] = requestId;
    shared[TENANT_ID] = tenantId;
  },
};
