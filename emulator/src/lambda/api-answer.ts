/** An answer of the Lambda API. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is written as it comes. */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** An error as Lambda's API reports it: the name in a header, the text in the body. */
export const apiError = (options: {
  readonly status: number;
  readonly errorType: string;
  readonly message: string;
}): ApiAnswer => ({
  status: options.status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': options.errorType },
  body: JSON.stringify({
    Type: options.status < 500 ? 'User' : 'Service',
    Message: options.message,
    message: options.message,
  }),
});

export const jsonAnswer = (status: number, value: unknown): ApiAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
