import type { PostedAnswer } from './runtime-connection.ts';

const ACCEPTED = 202;

/** A refused answer, one that is too large for example, is logged and the runtime carries on, as in Lambda. */
export function warnIfRefused({ status, body }: PostedAnswer): void {
  if (status === ACCEPTED) return;
  process.stdout.write(
    `[ERROR] [${Date.now()}] LAMBDA_RUNTIME Failed to post handler success response. Http response code: ${status}. ${body}\n`,
  );
}
