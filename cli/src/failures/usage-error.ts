import { UserError } from '../user-error.ts';

/** A command line that is well formed, and makes no sense to the command: nothing was done. */
export class UsageError extends UserError {
  /** What programs are told it is. */
  readonly code: 'invalid-value' | 'missing-argument';
  constructor(message: string, hint: string, { code, ...options }: UsageErrorOptions = {}) {
    super(message, hint, options);
    this.code = code ?? 'invalid-value';
  }
}

interface UsageErrorOptions extends ErrorOptions {
  /** `invalid-value` if not given. */
  readonly code?: UsageError['code'];
}
