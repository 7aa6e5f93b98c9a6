import { describe, expect, it } from 'vitest';
import { emulatedPlace } from './emulated-place.ts';

const stack = (name: string, account: string | null, region: string | null) => ({ stack: name, account, region });

describe('the account and region of an emulator', () => {
  it('are those of the stacks, and left open where the app leaves them open', () => {
    expect(
      emulatedPlace([
        stack('A', null, null),
        stack('B', '111122223333', 'eu-west-1'),
        stack('C', '111122223333', null),
      ]),
    ).toEqual({
      account: '111122223333',
      region: 'eu-west-1',
    });
    expect(emulatedPlace([stack('A', null, null)])).toEqual({});
  });

  it('are not two at once', () => {
    expect(() => emulatedPlace([stack('A', null, 'eu-west-1'), stack('B', null, 'us-east-1')])).toThrow(
      expect.objectContaining({
        message: 'Stack A is for region eu-west-1 and stack B for us-east-1; an emulator is of one region.',
        // Whichever stack the CDK CLI is asked for, it writes them all.
        hint: expect.stringContaining('Leave one of them out of the app'),
      }),
    );
  });
});
