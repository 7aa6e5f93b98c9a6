/** A proxy that does not do what it is for. Its text names the proxy's host and its variable, and holds no credential. */
export class ProxyError extends Error {
  override readonly name: string = 'ProxyError';
  /** What to do next. */
  readonly hint: string;
  /** That of the network error beneath, by which an AWS client decides whether to try again; otherwise `ERR_PROXY`. */
  readonly code: string;
  constructor(message: string, options: { readonly hint: string; readonly code?: string; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.code = options.code ?? 'ERR_PROXY';
  }
}
