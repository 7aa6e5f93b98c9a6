import { UserError } from '../user-error.ts';

/** What came out of a check. `skipped`: it could not be made, and the reason says why. */
export interface Verdict {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** One sentence, or a few words where all is well. */
  readonly reason: string;
  /** What to do about it. */
  readonly fix?: string;
}

export interface CheckResult extends Verdict {
  readonly id: string;
  readonly title: string;
}

export interface Check<Facts> {
  readonly id: string;
  readonly title: string;
  /** @throws PrerequisiteError when another check's subject is not there */
  readonly make: (facts: Facts) => Promise<Verdict>;
}

/** A check needs what another one is about, which tells what is wrong with it. */
export class PrerequisiteError extends Error {
  override readonly name = 'PrerequisiteError';
  /** Title of the other check. */
  readonly of: string;
  readonly error: UserError;
  constructor(of: string, error: UserError) {
    super(error.message, { cause: error });
    this.of = of;
    this.error = error;
  }
}

export const ok = (reason: string): Verdict => ({ status: 'ok', reason });
export const warning = (reason: string, fix: string): Verdict => ({ status: 'warning', reason, fix });
export const failed = (reason: string, fix: string): Verdict => ({ status: 'failed', reason, fix });
export const skipped = (reason: string): Verdict => ({ status: 'skipped', reason });

/** The verdict on what cannot be had, by the check that is about it. */
export function failedBy({ message, hint }: UserError): Verdict {
  return failed(message, hint);
}

/**
 * Makes all checks at once.
 * @param onResult told each in the order of the checks, as soon as it and those before it are known
 */
export async function runChecks<Facts>(
  checks: readonly Check<Facts>[],
  { facts, onResult }: { readonly facts: Facts; readonly onResult: (result: CheckResult) => void },
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  const making = checks.map(({ id, title, make }) =>
    make(facts)
      .catch(notMade)
      .then((verdict): CheckResult => ({ id, title, ...verdict })),
  );
  for (const result of making) {
    const known = await result;
    results.push(known);
    onResult(known);
  }
  return results;
}

function notMade(error: unknown): Verdict {
  if (error instanceof PrerequisiteError) return skipped(`needs what "${error.of}" is about, see there`);
  if (error instanceof UserError) return skipped(`could not be made: ${error.message}`);
  return skipped(`could not be made: ${error instanceof Error ? error.message : String(error)}`);
}
