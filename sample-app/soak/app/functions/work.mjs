import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { hashOf, textOf } from './content.mjs';

class SoakError extends Error {
  name = 'SoakError';
}

/** Notes that a handler ran, where no part of live-lambda has a say. */
export function noteRun({ awsRequestId }) {
  appendFileSync(process.env.RUNS_FILE, `${awsRequestId}\n`);
}

/** An answer of so many bytes as JSON, by which its caller knows that it is its own, and by which code. */
export async function work(event, { context, version }) {
  noteRun(context);
  const { call = 0, text = '', answerBytes = 0, waitMs = 0, ends = 'answers' } = event;
  if (waitMs > 0) await wait(waitMs);
  if (ends === 'fails') throw new SoakError(`call ${call} was to fail`);
  if (ends === 'exits') process.exit(3);
  const answer = { call, requestId: context.awsRequestId, version, received: hashOf(text), text: '' };
  return { ...answer, text: textOf(call, Math.max(0, answerBytes - JSON.stringify(answer).length)) };
}
