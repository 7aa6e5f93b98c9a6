import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { LiveLambda } from './live-lambda.ts';
import { refuseUnknownSettings } from './settings-keys.ts';

test.each([
  ['live-lambda-timout', /no setting live-lambda-timout\. Did you mean live-lambda-timeout\?/],
  ['live-lambda-sessions', /Did you mean live-lambda-session/],
  [
    'live-lambda-keys-and-more',
    /There are live-lambda-ci, live-lambda-door, live-lambda-mode, live-lambda-session, live-lambda-timeout\./,
  ],
])('a setting that there is not is an error, with those that may have been meant: %s', (key, message) => {
  expect(() => refuseUnknownSettings({ [key]: 'true' })).toThrow(message);
});

test('those that there are, names of functions and what belongs to others are none', () => {
  const context = {
    'live-lambda': 'true',
    'live-lambda:live-lambda-x': 'true',
    'live-lambda-ci': 'true',
    'live-lambda-door': 'handler',
    'live-lambda-mode': 'replace',
    'live-lambda-session': 'ada',
    'live-lambda-timeout': '60',
    'live-lambdas': 'true',
    'aws:cdk:bundling-stacks': [],
  };
  expect(() => refuseUnknownSettings(context)).not.toThrow();
});

test('attach looks, but not where no function is selected', () => {
  const attach = (context: Readonly<Record<string, unknown>>) => () => LiveLambda.attach(new App({ context }));
  expect(attach({ 'live-lambda-timout': '9', 'live-lambda': 'true', 'live-lambda-ci': 'true' })).toThrow(/no setting/);
  expect(attach({ 'live-lambda-timout': '9' })).not.toThrow();
});
