import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { LiveLambda } from './live-lambda.ts';
import { parseSession } from './session-name.ts';

const key = 'live-lambda-session';

test.each<[string, Readonly<Record<string, unknown>>, string | undefined, string]>([
  ['the default, where nobody says one', {}, undefined, 'default'],
  ['that of the options', {}, 'ada', 'ada'],
  ['that of the context, which is stronger', { [key]: 'grace' }, 'ada', 'grace'],
])('the session is %s', (_, context, given, session) => {
  expect(parseSession(context, given)).toBe(session);
});

test.each(['', ' ', true, 7, null])('%j in the context is an error', (value) => {
  expect(() => parseSession({ [key]: value }, 'ada')).toThrow(/live-lambda-session=.* is no name of a session/);
});

test('attach reads it, but not where no function is selected', () => {
  const attach = (context: Readonly<Record<string, unknown>>) => () => LiveLambda.attach(new App({ context }));
  expect(attach({ [key]: '', 'live-lambda': 'true', 'live-lambda-ci': 'true' })).toThrow(/no name of a session/);
  expect(attach({ [key]: '' })).not.toThrow();
});
