import type { PublishFate } from '../faults/decisions.ts';
import { rateExceeded } from './frames.ts';
import type { SessionEffect } from './session.ts';

const throttle = (effect: SessionEffect): SessionEffect =>
  effect.type === 'send' && effect.frame.type === 'publish_success'
    ? { type: 'send', frame: { type: 'publish_error', id: effect.frame.id, errors: [rateExceeded.error] } }
    : effect;

const isAnswer = (effect: SessionEffect): boolean => effect.type === 'send' && effect.frame.type === 'publish_success';

/** What a fault leaves of the effects of a publish request that was accepted. */
export const applyPublishFate = (effects: readonly SessionEffect[], fate: PublishFate): readonly SessionEffect[] => {
  switch (fate) {
    case 'done':
      return effects;
    case 'swallowed':
      return effects.filter((effect) => !isAnswer(effect));
    case 'lost':
      return effects.filter(({ type }) => type !== 'broadcast');
    case 'throttled':
      return effects.filter(({ type }) => type !== 'broadcast').map(throttle);
  }
};
