import { Lazy } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { checkStubVariableSize, type StubPlace, type StubSettings } from './stub-environment.ts';

const token = Lazy.string({ produce: () => 'host' });

const longest = 'x'.repeat(96);
const WRAPPER = 'AWS_LAMBDA_EXEC_WRAPPER/var/task/live-lambda/start';

function settingsOf(bytes: number): StubSettings {
  const settings = {
    app: 'a',
    session: 's',
    function: '',
    httpHost: token,
    realtimeHost: token,
    trust: 'iam',
  } as const;
  const value = JSON.stringify({ version: 1, ...settings, httpHost: longest, realtimeHost: longest });
  return { ...settings, function: 'f'.repeat(bytes - `LIVE_LAMBDA${value}${WRAPPER}`.length) };
}

/** With as many keys as there are, and a function's path so long that `room` bytes are left. */
function trusting({ count, room }: { readonly count: number; readonly room: number }): StubSettings {
  const place: StubPlace = { app: 'a', session: 's', function: '', httpHost: token, realtimeHost: token };
  const trust = { trust: 'keys', keys: Array<string>(count).fill('k'.repeat(22)) } as const;
  const value = JSON.stringify({ version: 1, ...place, httpHost: longest, realtimeHost: longest, ...trust });
  return { ...place, ...trust, function: 'f'.repeat(768 - room - `LIVE_LAMBDA${value}${WRAPPER}`.length) };
}

test('the variables may fill their bytes to the last, hosts taken at their longest', () => {
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

test('keys may fill the variables to the last byte', () => {
  expect(() => checkStubVariableSize(trusting({ count: 5, room: 0 }))).not.toThrow();
});

test.each([
  { room: -1, fitting: 4 },
  { room: -25, fitting: 4 },
  { room: -26, fitting: 3 },
])('more keys than fit are an error that says how many there are and how many fit, $room', ({ room, fitting }) => {
  const check = () => checkStubVariableSize(trusting({ count: 5, room }));
  expect(check).toThrow(new RegExp(`may need ${768 - room} bytes.*It holds 5 trusted keys, and ${fitting} fit`));
});

test('where not even one key fits, it is the names that are too long', () => {
  expect(() => checkStubVariableSize(trusting({ count: 1, room: -1 }))).toThrow(/Shorten the construct path/);
});
