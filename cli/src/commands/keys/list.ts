import { OneShotCommand } from '../../base-command.ts';

export default class KeysList extends OneShotCommand {
  static override summary = 'Show the keys that the live functions of this app trust from the next deploy on';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<unknown> {
    await this.parse(KeysList);
    const { ownIdentity, projectKeys } = await import('../../keys/project-keys.ts');
    const { file, text, keys } = projectKeys(process.cwd());
    const own = ownIdentity().identity.fingerprint;
    if (text === undefined) {
      this.log(`There is no ${file}: live functions trust whoever deploys them alone. Your key: ${own}`);
    } else {
      this.log(`${file}:`);
      for (const { fingerprint, name = '' } of keys) {
        this.log(`  ${fingerprint}  ${[name, fingerprint === own ? '(you)' : ''].filter(Boolean).join(' ')}`.trimEnd());
      }
    }
    const shown = keys.map(({ fingerprint, name }) => ({ fingerprint, name: name ?? null, own: fingerprint === own }));
    return { keysFile: text === undefined ? null : file, own, keys: shown };
  }
}
