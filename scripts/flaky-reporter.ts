import { relative } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';

const root = new URL('..', import.meta.url).pathname;

/** How much of what went wrong is told. */
const maxReasonLength = 300;

/**
 * Tells which tests passed only at a second attempt, so that none of them is overlooked: each is a fault of the test, of
 * the code, or of the limits that it relies on.
 */
export const flakyReporter: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests()) if (test.diagnostic()?.flaky) console.log(lineOf(test));
    }
  },
};

/** One line, which `.ci/run` looks for. What went wrong at the first attempt is kept in the result. */
function lineOf(test: TestCase): string {
  const [error] = test.result().errors ?? [];
  const reason = (error?.message ?? 'no reason known').replace(/\s+/g, ' ').slice(0, maxReasonLength);
  return `flaky: ${relative(root, test.module.moduleId)} > ${test.fullName}: ${reason}`;
}
