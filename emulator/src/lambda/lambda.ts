import { asynchronousRetryDelaysMs, createAsynchronousQueue, scheduleWithTimers } from './asynchronous-queue.ts';
import { createLambdaApi, type LambdaApi } from './lambda-api.ts';
import { createLambdaService, type LambdaService, type LambdaServiceOptions } from './lambda-service.ts';

export interface LambdaOptions extends LambdaServiceOptions {
  readonly accountId: string;
  /** Lambda's own if not given. */
  readonly retryDelaysMs: readonly number[] | undefined;
}

/** Lambda: its functions, and its API. */
export interface Lambda {
  readonly service: LambdaService;
  readonly api: LambdaApi;
  /** Kills every process, and forgets the asynchronous invocations that wait. */
  close(): Promise<void>;
}

export const createLambda = (options: LambdaOptions): Lambda => {
  const { onEvent, retryDelaysMs = asynchronousRetryDelaysMs } = options;
  const queue = createAsynchronousQueue({ retryDelaysMs, schedule: scheduleWithTimers, onEvent });
  const service = createLambdaService(options);
  return {
    service,
    api: createLambdaApi({ ...options, service, queue }),
    close: () => {
      queue.close();
      return service.close();
    },
  };
};
