import { work } from './work.mjs';

const version = 1;

export const handler = (event, context) => work(event, { context, version });
