import type { Context } from 'aws-lambda';

export function noteRun(context: Context): void;
export function work(
  event: unknown,
  options: { readonly context: Context; readonly version: number },
): Promise<unknown>;
