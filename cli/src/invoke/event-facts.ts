/** What templates of events are filled with; all of it is made up but the time. */
export interface EventFacts {
  readonly now: Date;
  /** Gives another UUID at each call. */
  readonly uuid: () => string;
  readonly region: string;
  readonly account: string;
  /** What the trigger carries, in the trigger's own place; each template has one of its own. */
  readonly body: string | undefined;
  /** Of HTTP requests. */
  readonly method: string | undefined;
  /** Of HTTP requests, with a query after `?`. */
  readonly path: string | undefined;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The account that AWS's documents use in examples. */
export const exampleAccount = '111122223333';

/** The body as JSON where it is JSON, else as text. */
export function jsonOrText(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body;
  }
}
