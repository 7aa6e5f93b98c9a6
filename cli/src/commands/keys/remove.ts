import * as Args from '@oclif/core/args';
import { OneShotCommand } from '../../base-command.ts';
import { withFingerprintsLast } from '../../keys/fingerprint-arguments.ts';

export default class KeysRemove extends OneShotCommand {
  static override summary = 'Stop trusting a key: take it out of live-lambda.keys of this app';
  static override description = 'Functions that are deployed trust it until they are deployed again.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> AAECAwQFBgcICQoLDA0ODw',
    '<%= config.bin %> <%= command.id %> Ada',
  ];
  static override args = { key: Args.string({ description: 'Fingerprint, or whose key it is', required: true }) };

  async run(): Promise<unknown> {
    const { args } = await this.parse(KeysRemove, [...withFingerprintsLast(this.argv)]);
    const { projectKeys, removeFromProject } = await import('../../keys/project-keys.ts');
    const list = projectKeys(process.cwd());
    const { fingerprint, name = '' } = await removeFromProject(list, args.key);
    this.log(`Removed ${`${fingerprint} ${name}`.trim()} from ${list.file}.`);
    this.log('Commit the file, then deploy: until then the functions that are deployed trust it.');
    return { keysFile: list.file, removed: fingerprint };
  }
}
