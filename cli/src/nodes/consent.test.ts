import { describe, expect, it } from 'vitest';
import type { Setting } from '../config/settings.ts';
import { scratchProject } from '../fixtures/scratch-project.ts';
import { consentOf, keepConsent, readConsent } from './consent.ts';

const unset: Setting<undefined> = { value: undefined, layer: 'default', origin: 'default' };
const flag = (value: boolean): Setting<boolean> => ({ value, layer: 'flag', origin: '--fetch-node' });

describe('the consent to fetch a Node', () => {
  it.each([
    [flag(true), false, false, 'fetch'],
    [flag(false), true, true, 'leave'],
    [unset, true, true, 'fetch'],
    [unset, false, true, 'leave'],
    [unset, undefined, true, 'ask'],
    [unset, undefined, false, 'tell'],
  ] as const)(
    'with the setting %j, remembered %j and somebody to ask %j, is to %s',
    (setting, remembered, canAsk, consent) => {
      expect(consentOf({ setting, remembered, canAsk })).toBe(consent);
    },
  );

  it('is kept', async () => {
    await using home = await scratchProject();
    const folder = home.at('config/live-lambda');
    expect(await readConsent(folder)).toBeUndefined();
    await keepConsent(folder, true);
    expect(await readConsent(folder)).toBe(true);
    await keepConsent(folder, false);
    expect(await readConsent(folder)).toBe(false);
  });

  it('is asked for again where the file is no answer', async () => {
    await using home = await scratchProject({ 'consent.json': '{"fetchNode":"perhaps"}' });
    expect(await readConsent(home.folder)).toBeUndefined();
    await home.write('consent.json', '{');
    expect(await readConsent(home.folder)).toBeUndefined();
  });

  it('is none where it cannot be kept', async () => {
    await using home = await scratchProject({ file: '' });
    await keepConsent(home.at('file'), true);
    expect(await readConsent(home.at('file'))).toBeUndefined();
  });
});
