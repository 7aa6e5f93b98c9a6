import { runnerConformance } from '@live-lambda/runner/kit';
import templateRunner from './runner.js';

/** One function of the runner's own language, in five states. */
runnerConformance(templateRunner, {
  runtime: 'nodejs22.x',
  entry: 'greeting.txt',
  echo: '{{event}}\n',
  changed: 'changed\n',
  refusing: 'Hello {{name! refused}}\n',
  failingAtStart: '{{> no start}}\n',
  broken: 'Hello {{name\n',
});
