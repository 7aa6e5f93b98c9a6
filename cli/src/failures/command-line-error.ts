import type { Failure } from './failure.ts';

/** A failure that is known as it has to be told. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  readonly failure: Failure;
  /** oclif ends at an error of a hook only if that has an exit code. */
  readonly oclif: { readonly exit: number };
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
    this.oclif = { exit: failure.exitCode };
  }
}
