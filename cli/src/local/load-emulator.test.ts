import { describe, expect, it } from 'vitest';
import { loadEmulator } from './load-emulator.ts';

describe('the emulator', () => {
  it('is loaded when it is wanted', async () => {
    expect(await loadEmulator()).toHaveProperty('Emulator.start');
  });

  it('that is not installed is told as such, and what else goes wrong as it is', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadEmulator(() => Promise.reject(missing))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('no package @live-lambda/emulator'),
    });
    await expect(loadEmulator(() => Promise.reject(new SyntaxError('x')))).rejects.toThrow(SyntaxError);
  });
});
