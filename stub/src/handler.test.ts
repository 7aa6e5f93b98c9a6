import { afterEach, expect, it, vi } from 'vitest';

const settings = {
  version: 1,
  app: 'shop',
  session: 'default',
  function: 'Shop/Orders',
  httpHost: '127.0.0.1:1',
  realtimeHost: '127.0.0.1:1',
  trust: 'iam',
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

it.each([
  ['are damaged', '{', /^orders is live, but LIVE_LAMBDA is not JSON/],
  [
    'are those of mode fallback, whose code it could not start',
    JSON.stringify({ ...settings, mode: 'fallback' }),
    /^orders is live, but its stub stands before the code as a handler/,
  ],
])('the door handler fails its initialisation where its settings %s', async (_what, text, message) => {
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'orders');
  vi.stubEnv('LIVE_LAMBDA', text);
  await expect(import('./handler.ts')).rejects.toMatchObject({
    name: 'LiveLambda.Misconfigured',
    message: expect.stringMatching(message),
  });
});
