import { UserError } from '../user-error.ts';

/** A command line that is well formed, and makes no sense to the command: nothing was done. */
export class UsageError extends UserError {}
