/** Something that the developer can mend: one sentence for what happened, one for what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What to do next. */
  readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}
