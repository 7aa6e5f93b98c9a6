import { Lazy } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { checkStubVariableSize, type StubSettings } from './stub-environment.ts';

const token = Lazy.string({ produce: () => 'host' });

function settingsOf(bytes: number): StubSettings {
  const settings = { app: 'a', session: 's', function: '', httpHost: token, realtimeHost: token, trust: 'iam' };
  const longest = 'x'.repeat(96);
  const value = JSON.stringify({ version: 1, ...settings, httpHost: longest, realtimeHost: longest });
  return { ...settings, function: 'f'.repeat(bytes - `LIVE_LAMBDA${value}`.length) };
}

test('the variable may fill its bytes to the last, hosts taken at their longest', () => {
  expect(() => checkStubVariableSize(settingsOf(768))).not.toThrow();
});

test('one byte more is an error that names the function and both sizes', () => {
  const settings = settingsOf(769);
  expect(() => checkStubVariableSize(settings)).toThrow(/fff may need 769 bytes, more than the 768/);
});

test('bytes are counted, not characters', () => {
  const settings = settingsOf(768);
  expect(() => checkStubVariableSize({ ...settings, app: 'ä' })).toThrow(/769 bytes/);
});
