/** The keys under which the runtime keeps facts of an invocation; nobody else may set them. */
const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const X_RAY_TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID');
const PROTECTED_KEYS: readonly unknown[] = [REQUEST_ID, X_RAY_TRACE_ID, TENANT_ID];

type InvokeContext = Record<PropertyKey, unknown>;

/**
 * What nodejs24.x and newer offer as `awslambda.InvokeStore`: values that belong to the running invocation.
 * Source: npm package `@aws/lambda-invoke-store`, whose users find this object.
 */
export interface InvokeStore {
  getContext(): InvokeContext | undefined;
  hasContext(): boolean;
  get(key: PropertyKey): unknown;
  /** @throws Error for a key of the runtime's own. */
  set(key: PropertyKey, value: unknown): void;
  run<Result>(context: InvokeContext, run: () => Result): Result;
  isProtectedKey(key: PropertyKey): boolean;
  /** `-` outside of an invocation. */
  getRequestId(): string;
  getXRayTraceId(): string | undefined;
  getTenantId(): string | undefined;
}

/** A store for one invocation at a time. The context of the last one stays until the next begins, as in Lambda. */
export function createInvokeStore(): InvokeStore {
  let current: InvokeContext | undefined;
  return {
    getContext: () => current,
    hasContext: () => current !== undefined,
    get: (key) => current?.[key],
    set(key, value) {
      if (PROTECTED_KEYS.includes(key)) {
        throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
      }
      current ??= {};
      current[key] = value;
    },
    run(context, run) {
      current = context;
      return run();
    },
    isProtectedKey: (key) => PROTECTED_KEYS.includes(key),
    getRequestId: () => (current?.[REQUEST_ID] as string | undefined) ?? '-',
    getXRayTraceId: () => current?.[X_RAY_TRACE_ID] as string | undefined,
    getTenantId: () => current?.[TENANT_ID] as string | undefined,
  };
}

/** The context that the runtime gives to an invocation. */
export function invokeContext(requestId: string, xRayTraceId: string | undefined): InvokeContext {
  return { [REQUEST_ID]: requestId, [X_RAY_TRACE_ID]: xRayTraceId };
}
