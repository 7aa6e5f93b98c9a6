import { appendFile } from 'node:fs/promises';
import { invocationLog } from '../invocation-log.js';

/** @type {import('live-lambda').InvocationHook} */
export const invocation = async ({ event, config }) => {
  if (event.type !== 'finished') return;
  const { function: id, end, timings } = event;
  const line = JSON.stringify({ function: id, end, durationMs: timings.startMs + timings.runMs });
  await appendFile(invocationLog(config), `${line}\n`);
};
