import { CLIError } from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import { readDollars } from './config/settings.ts';

/** A flag whose value is a price in US dollars. */
export function dollarsFlag(summary: string) {
  return Flags.custom<number>({
    summary,
    helpValue: 'USD',
    parse: async (text) => {
      const dollars = readDollars(text);
      if (dollars !== undefined) return dollars;
      throw new CLIError(`A price in US dollars is a number above 0 such as 0.50, and "${text}" is none.`);
    },
  })();
}
