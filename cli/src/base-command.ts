import { Command } from '@oclif/core/command';

/** A command that answers once: text for people, or with `--json` one JSON value on stdout. */
export abstract class OneShotCommand extends Command {
  static override enableJsonFlag = true;

  /** Nothing is told here: whoever started the command tells it, the same way for every command. */
  protected override async catch(error: Error): Promise<void> {
    throw error;
  }
}
