import { describe, expect, it } from 'vitest';
import { type DeployedState, nextStep, nextStepText, type Surroundings } from './next-step.ts';

const around = (over: Partial<Surroundings>): Surroundings => ({
  apps: ['.'],
  attached: true,
  live: { state: 'not-synthesized' },
  ...over,
});
const synthesized = (deployed: DeployedState, functions = 3): Surroundings =>
  around({ live: { state: 'live', app: 'shop', functions, deployed } });

describe('the next step', () => {
  it.each<[string, Surroundings, string, string]>([
    ['there is no CDK app', around({ apps: [] }), 'no-app', 'npx cdk init'],
    ['there are several', around({ apps: ['a', 'b'] }), 'several-apps', 'cd a && npx live-lambda'],
    ['the app does not use live-lambda', around({ attached: false }), 'not-attached', 'npx live-lambda init'],
    ['the app is in another language', around({ attached: undefined }), 'not-live', 'npx live-lambda init'],
    ['it was never synthesized', around({}), 'not-live', 'npx live-lambda deploy'],
    [
      'no function is live',
      around({ live: { state: 'not-live', reason: 'No function is live.' } }),
      'not-live',
      'npx live-lambda deploy',
    ],
    [
      'a stack is missing',
      synthesized({ state: 'not-deployed', stacks: ['Shop'] }),
      'not-deployed',
      'npx live-lambda deploy',
    ],
    [
      'AWS cannot be asked',
      synthesized({ state: 'unknown', reason: 'No credentials.' }),
      'unknown',
      'npx live-lambda doctor',
    ],
    ['an emulator of it runs', synthesized({ state: 'local' }), 'local', 'npx live-lambda invoke'],
    ['all is there', synthesized({ state: 'deployed' }), 'ready', 'npx live-lambda tunnel'],
  ])('where %s', (_what, surroundings, state, command) => {
    const step = nextStep(surroundings);
    expect(step.state).toBe(state);
    expect(step.commands[0]?.command).toContain(command);
    expect(nextStepText(step)).toContain(`${step.says}\n\n  ${step.commands[0]?.command}`);
  });

  it('tells the reason, the stacks and the number of functions', () => {
    expect(nextStep(around({ live: { state: 'not-live', reason: 'Cut off.' } })).says).toBe('Cut off.');
    expect(nextStep(synthesized({ state: 'not-deployed', stacks: ['Shop', 'Mail'] })).says).toContain('Shop, Mail');
    // An ordinary synth after it leaves no word of itself.
    expect(nextStep(synthesized({ state: 'not-deployed', stacks: ['Shop'] })).says).toContain(
      'as of the last live synth',
    );
    expect(nextStep(synthesized({ state: 'unknown', reason: 'No network.' })).says).toContain('No network.');
    expect(nextStep(synthesized({ state: 'deployed' }, 1)).says).toContain('1 function of app "shop" is live');
  });
});
