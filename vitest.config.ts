import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { flakyReporter } from './scripts/flaky-reporter.ts';

// The first synth of a process validates the template for five seconds; one test asks for it. The SDK's announcement
// about Node 20 is no output of a test.
const env = { CDK_VALIDATION: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

// Limits end a test that hangs; they say nothing about how fast anything is, and hold on a machine that is busy.
const shared = {
  pool: 'forks',
  disableConsoleIntercept: true,
  env,
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
} as const;

/**
 * Files whose tests talk to processes against deadlines that are part of what is promised, such as the second and a half
 * after which a function says that nobody answered. A machine that gives a process no time for so long fails them, and
 * nothing else does: in CI, which shares its machines, such a test has a second attempt, which is told at the end.
 */
const againstDeadlines = [
  'cli/src/commands/{invoke,local,plugin-listeners,status,tunnel,tunnel-project,tunnel-take-over,tunnel-terminal}.test.ts',
  'cli/src/documents/documented-sessions.test.ts',
  'cli/src/tunnel/{attackers,app-updates,tunnel,wire-regressions}.test.ts',
  'emulator/src/lambda/{execution,response-stream,asynchronous}.test.ts',
  'runners/src/execution-environment.test.ts',
  'runners/src/executor/*.test.ts',
];
const atRealDeadlines = {
  ...shared,
  retry: process.env.CI ? 1 : 0,
  // Each of these files keeps a second processor busy with the processes that it starts.
  maxWorkers: Math.max(1, Math.floor(availableParallelism() / 2)),
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    reporters: ['default', flakyReporter],
    // Tests of programs run the command line as it is published.
    globalSetup: 'cli/bundle/bundle.mjs',
    projects: [
      {
        test: {
          ...shared,
          name: 'packages',
          include: [
            '{protocol,runners,stub,construct,emulator,cli}/src/**/*.test.ts',
            'runners/conformance/**/*.test.ts',
          ],
          exclude: againstDeadlines,
          // Vitest leaves one processor to itself, which on a machine with two is every second one.
          maxWorkers: Math.max(2, availableParallelism()),
        },
      },
      { test: { ...atRealDeadlines, name: 'processes', include: againstDeadlines } },
      {
        test: {
          ...atRealDeadlines,
          name: 'end-to-end',
          include: ['sample-app/test/**/*.test.ts'],
          // These wait for programs to start more than they compute, and promise no times below seconds.
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
