import { CLIError } from '@oclif/core/errors';
import * as Flags from '@oclif/core/flags';
import { defaultInspectorPort, readPort } from './config/settings.ts';

const names = ['--inspect', '--inspect-brk'];

/** A flag whose value is a port; {@link withInspectorPorts} gives it one where the command line gives none. */
export function inspectorFlag(summary: string) {
  return Flags.custom<number>({
    summary,
    helpValue: '[port]',
    parse: async (text) => {
      const port = readPort(text);
      if (port === undefined) {
        throw new CLIError(
          `A port is a whole number from 1 to 65535, and "${text}" is none: --inspect=${defaultInspectorPort}`,
        );
      }
      return port;
    },
  })();
}

/** `--inspect` and `--inspect-brk` may stand alone, as those of Node do; flags of oclif have a value always or never. */
export function withInspectorPorts(argv: readonly string[]): readonly string[] {
  return argv.map((arg) => (names.includes(arg) ? `${arg}=${defaultInspectorPort}` : arg));
}
