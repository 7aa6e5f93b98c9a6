import { OneShotCommand } from '../../base-command.ts';
import { projectCommand } from '../../project-command.ts';

export default class KeysShow extends OneShotCommand {
  static override summary = 'Show the fingerprint of your own key';
  static override description =
    'Your tunnel proves by this key that it is yours; live functions have fingerprints of the keys that they trust. The key itself stays in the file that is named, and is never shown. Give a teammate the fingerprint, and they add it.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<unknown> {
    await this.parse(KeysShow);
    const { ownIdentity, projectKeys } = await import('../../keys/project-keys.ts');
    const { identity, file, created } = ownIdentity();
    const { fingerprint } = identity;
    const list = projectKeys(process.cwd());
    const listed = list.keys.some((each) => each.fingerprint === fingerprint);
    this.log(fingerprint);
    this.logToStderr(`Your key ${created ? 'was made, and ' : ''}is in ${file}.`);
    if (list.text !== undefined) {
      this.logToStderr(
        `${list.file} ${listed ? 'lists it.' : `does not list it: \`${projectCommand('live-lambda keys add')}\` adds it.`}`,
      );
    }
    return { fingerprint, file, created, keysFile: list.text === undefined ? null : list.file, listed };
  }
}
