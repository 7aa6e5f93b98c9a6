import type { Context } from 'aws-lambda';
import { work } from './work.mjs';

const version = 1;

export const handler = (event: unknown, context: Context) => work(event, { context, version });
