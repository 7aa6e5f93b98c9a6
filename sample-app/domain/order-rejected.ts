/** An order that cannot be taken, and every reason why. */
export class OrderRejected extends Error {
  override readonly name = 'OrderRejected';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The order was rejected: ${problems.join('; ')}`);
    this.problems = problems;
  }
}
