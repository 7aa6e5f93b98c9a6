import { projectCommand } from '../project-command.ts';
import { dollars } from '../status/prices.ts';
import type { SessionUsage } from '../status/session-usage.ts';
import { counted } from '../ui/words.ts';
import { UserError } from '../user-error.ts';

/** Watches what a tunnel spends. */
export interface BudgetWatch {
  /** Settles when the budget is spent; never where there is none. */
  readonly spent: Promise<UserError>;
  close(): void;
}

export interface BudgetOptions {
  /** In US dollars; undefined for no limit. */
  readonly limitUsd: number | undefined;
  /** Who set it, for people. */
  readonly origin: string;
  readonly usage: () => SessionUsage;
}

/** How often is looked. An operation costs a millionth of a dollar: what is spent meanwhile is nothing. */
const lookEveryMs = 500;

export function watchBudget({ limitUsd, origin, usage }: BudgetOptions): BudgetWatch {
  let timer: NodeJS.Timeout | undefined;
  const spent = new Promise<UserError>((resolve) => {
    if (limitUsd === undefined) return;
    const look = () => {
      const { priceUsd, operations, invocations } = usage();
      if (priceUsd < limitUsd) return;
      clearInterval(timer);
      resolve(
        new UserError(
          `The budget of this tunnel is spent: about ${dollars(priceUsd)} of ${dollars(limitUsd)} (${origin}), for ${operations} operations of AppSync Events and ${counted(invocations, 'invocation')}.`,
          `No more invocations are taken. Start the tunnel again, which counts from nothing, or with a higher \`--budget\`; \`${projectCommand('live-lambda status')}\` shows what costs while a tunnel runs.`,
        ),
      );
    };
    timer = setInterval(look, lookEveryMs).unref();
  });
  return { spent, close: () => clearInterval(timer) };
}
