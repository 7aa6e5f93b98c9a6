import { nodeMajor } from '../runtime-name.ts';

/** `callback`: nodejs22.x and older. `promise`: nodejs24.x and newer, whose runtime was rewritten. */
export type Generation = 'callback' | 'promise';

/** From this version on Lambda runs the rewritten runtime. */
const FIRST_OF_PROMISE_GENERATION = 24;

/** The generation of a function, by its `AWS_EXECUTION_ENV`; that of the running Node if it names none. */
export function generationOf(env: NodeJS.ProcessEnv): Generation {
  return nodeMajor(env.AWS_EXECUTION_ENV) >= FIRST_OF_PROMISE_GENERATION ? 'promise' : 'callback';
}
