import { expect, test } from 'vitest';
import { refuseUnforcedCi } from './continuous-integration.ts';

test.each([
  ['on a laptop', {}, {}],
  ['where CI is said not to be', { CI: 'false' }, {}],
  ['where CI is empty', { CI: '' }, {}],
  ['in continuous integration that forces it', { CI: 'true' }, { 'live-lambda-ci': 'true' }],
])('live mode is allowed %s', (_, environment, context) => {
  expect(() => refuseUnforcedCi({ environment, context })).not.toThrow();
});

test.each([
  ['by the usual variable', { CI: 'true' }, {}, /\(CI is set\).*-c live-lambda-ci=true/],
  ["by a service's own", { CODEBUILD_BUILD_ID: 'orders:1' }, {}, /CODEBUILD_BUILD_ID/],
  ['also where it is not forced in so many words', { CI: '1' }, { 'live-lambda-ci': false }, /continuous integration/],
  ['and so is a value that says nothing', {}, { 'live-lambda-ci': 'please' }, /live-lambda-ci="please" is neither/],
])('live mode is an error in continuous integration, known %s', (_, environment, context, message) => {
  expect(() => refuseUnforcedCi({ environment, context })).toThrow(message);
});
