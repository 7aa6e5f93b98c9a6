import { userInfo } from 'node:os';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { OneShotCommand } from '../../base-command.ts';
import { withFingerprintsLast } from '../../keys/fingerprint-arguments.ts';

export default class KeysAdd extends OneShotCommand {
  static override summary = 'Trust a key: add it to live-lambda.keys of this app';
  static override description =
    'The file is to be committed: functions that anybody deploys then trust all keys in it. It is made where there is none, with your own key first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> AAECAwQFBgcICQoLDA0ODw --name Ada',
    '<%= config.bin %> <%= command.id %> ada.keys',
  ];
  static override args = {
    key: Args.string({ description: 'Fingerprint, or a file with one or more of them; your own key if not given' }),
  };
  static override flags = { name: Flags.string({ summary: 'Whose key it is, for people' }) };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(KeysAdd, [...withFingerprintsLast(this.argv)]);
    const { addToProject, namedKeys, ownIdentity, projectKeys } = await import('../../keys/project-keys.ts');
    const list = projectKeys(process.cwd());
    const { fingerprint } = ownIdentity().identity;
    const ownName = args.key === undefined ? flags.name : undefined;
    const own = { fingerprint, name: ownName ?? userInfo().username };
    const keys =
      args.key === undefined ? [own] : namedKeys(args.key, { currentFolder: process.cwd(), name: flags.name });
    const { file, added, present } = await addToProject(list, { keys, own });
    const text = ({ fingerprint, name = '' }: (typeof keys)[number]) => `${fingerprint} ${name}`.trim();
    for (const key of present) this.log(`${text(key)} is in ${file} already.`);
    for (const key of added)
      this.log(`Added ${text(key)}${key.fingerprint === own.fingerprint ? ' (you)' : ''} to ${file}.`);
    if (added.length > 0)
      this.log('Commit the file, then deploy: functions trust the keys that they were deployed with.');
    return {
      keysFile: file,
      added: added.map(({ fingerprint }) => fingerprint),
      present: present.map(({ fingerprint }) => fingerprint),
    };
  }
}
