import { once } from 'node:events';
import { textOf } from './content.mjs';
import { noteRun } from './work.mjs';

const version = 1;
const pieceBytes = 50_000;

class SoakError extends Error {
  name = 'SoakError';
}

/** Writes its version, a line break, and so much text; or a half of it, and fails. */
export const handler = awslambda.streamifyResponse(async (event, responseStream, context) => {
  noteRun(context);
  const { call = 0, answerBytes = 0, ends = 'answers' } = event;
  if (answerBytes === 0) return responseStream.end();
  const text = `${version}\n${textOf(call, answerBytes)}`;
  const end = ends === 'fails' ? text.length / 2 : text.length;
  for (let from = 0; from < end; from += pieceBytes) {
    if (!responseStream.write(text.slice(from, Math.min(end, from + pieceBytes)))) await once(responseStream, 'drain');
  }
  if (ends === 'fails') throw new SoakError(`call ${call} was to fail`);
  responseStream.end();
});
