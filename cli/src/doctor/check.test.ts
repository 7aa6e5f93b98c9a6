import { describe, expect, it } from 'vitest';
import { UserError } from '../user-error.ts';
import { type Check, type CheckResult, ok, PrerequisiteError, runChecks } from './check.ts';

const check = (id: string, make: Check<unknown>['make']): Check<unknown> => ({ id, title: id, make });

describe('checks', () => {
  it('are made at once, and told in their order as soon as they are known', async () => {
    const told: string[] = [];
    let finishFirst: (() => void) | undefined;
    const first = new Promise<void>((resolve) => {
      finishFirst = resolve;
    });
    const results = await runChecks(
      [
        check('slow', async () => {
          await first;
          return ok('at last');
        }),
        check('quick', async () => {
          finishFirst?.();
          return ok('at once');
        }),
      ],
      { facts: undefined, onResult: ({ id }) => told.push(id) },
    );
    expect(told).toEqual(['slow', 'quick']);
    expect(results.map(({ reason }) => reason)).toEqual(['at last', 'at once']);
  });

  it('that cannot be made say why, and the others are made all the same', async () => {
    const told: CheckResult[] = [];
    const cause = new UserError('There is no manifest.', 'Synthesize.');
    await runChecks(
      [
        check('needs', async () => Promise.reject(new PrerequisiteError('Manifest', cause))),
        check('user', async () => Promise.reject(cause)),
        check('broken', async () => Promise.reject(new TypeError('x is no function'))),
        check('fine', async () => ok('yes')),
      ],
      { facts: undefined, onResult: (result) => told.push(result) },
    );
    expect(told.map(({ status, reason }) => `${status}: ${reason}`)).toEqual([
      'skipped: needs what "Manifest" is about, see there',
      'skipped: could not be made: There is no manifest.',
      'skipped: could not be made: x is no function',
      'ok: yes',
    ]);
  });
});
