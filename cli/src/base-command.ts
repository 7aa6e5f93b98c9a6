import { Command } from '@oclif/core/command';
import { UserError } from './user-error.ts';

/** A command that answers once: text for people, or with `--json` one JSON value on stdout. */
export abstract class OneShotCommand extends Command {
  static override enableJsonFlag = true;

  /** Shows what the developer can mend as such, and keeps oclif's exit code for a wrong command line with `--json`, too. */
  protected override async catch(error: Error & { readonly oclif?: { readonly exit?: number } }): Promise<void> {
    if (this.jsonEnabled()) process.exitCode = error.oclif?.exit ?? 1;
    else if (error instanceof UserError) this.error(error.message, { exit: 1, suggestions: [error.hint] });
    await super.catch(error);
  }

  /** Small, and without oclif's own state, which holds the whole configuration. */
  protected override toErrorJson(error: unknown): unknown {
    const message = error instanceof Error ? error.message : String(error);
    return { type: 'error', message, ...(error instanceof UserError ? { hint: error.hint } : {}) };
  }
}
