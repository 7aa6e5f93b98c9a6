import { OneShotCommand } from '../base-command.ts';

export default class Version extends OneShotCommand {
  static override summary = 'Show the version of live-lambda, and what it runs on';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<unknown> {
    await this.parse(Version);
    const { name, version, platform, arch, userAgent } = this.config;
    this.log(userAgent);
    return { name, version, platform, arch, node: process.version };
  }
}
