import { normalizeArgv } from '@oclif/core/help';
import type { Hook } from '@oclif/core/interfaces';
import { CommandLineError } from '../failures/command-line-error.ts';
import { unknownCommand } from '../failures/unknown-command.ts';

/** What stands for a command, and is none: the program itself shows its help and version. */
const ownFlags = ['--help', '-h', '--version', '-v'];

/**
 * oclif runs this before it looks for the command, for every start.
 * @throws CommandLineError where there is no such command: what was probably meant is told, for its help too
 */
export const init: Hook.Init = async ({ id, argv, config }) => {
  const asksForHelp = id === 'help' && argv[0] !== undefined && !argv[0].startsWith('-');
  const [asked = ''] = asksForHelp ? normalizeArgv(config, [...argv]) : [id];
  if (asked === '' || ownFlags.includes(asked)) return;
  const failure = unknownCommand(asked, {
    bin: config.bin,
    commands: config.commandIDs,
    topics: config.topics.map(({ name }) => name),
  });
  if (failure) throw new CommandLineError(failure);
};
