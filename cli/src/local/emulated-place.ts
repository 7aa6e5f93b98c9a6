import { UserError } from '../user-error.ts';

/** The account and region that a cloud must be, for a stack to be deployed into it; null where the app leaves it open. */
export interface StackPlace {
  readonly stack: string;
  readonly account: string | null;
  readonly region: string | null;
}

export interface EmulatedPlace {
  readonly account?: string;
  readonly region?: string;
}

/**
 * The one account and region that an emulator is, by the stacks of an app.
 * @throws UserError when the stacks are of several
 */
export function emulatedPlace(stacks: readonly StackPlace[]): EmulatedPlace {
  const one = (key: 'account' | 'region'): string | undefined => {
    const named = stacks.flatMap((stack) => (stack[key] === null ? [] : [{ stack: stack.stack, value: stack[key] }]));
    const [first] = named;
    const other = named.find(({ value }) => value !== first?.value);
    if (!first || !other) return first?.value;
    throw new UserError(
      `Stack ${first.stack} is for ${key} ${first.value} and stack ${other.stack} for ${other.value}; an emulator is of one ${key}.`,
      `Leave one of them out of the app while you run it here, for example by a context value of your own that the app asks: \`cdk synth\` writes all stacks, whichever it is given.`,
    );
  };
  const account = one('account');
  const region = one('region');
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}
