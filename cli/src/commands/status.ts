import { styleText } from 'node:util';
import * as Flags from '@oclif/core/flags';
import { OneShotCommand } from '../base-command.ts';

export default class Status extends OneShotCommand {
  static override summary = 'Show what is live where, and what the running tunnel has cost so far';
  static override description =
    'Compares the functions of the last synth with what is deployed, and shows the tunnels that run on this machine, with the operations, bytes and price of their sessions by function. Prices are those of AppSync Events; what Lambda bills for waiting comes on top. While `live-lambda local` runs for the app, its emulator is what is asked.';
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json'];
  static override flags = {
    app: Flags.string({ summary: 'Folder of the synthesized app; cdk.out if not given' }),
    endpoint: Flags.string({ summary: 'Base URL of CloudFormation and Lambda, for an emulator of AWS' }),
  };

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status);
    const [{ readStatus }, { statusText }, { chooseCloud }, { openProject }, { noteWaiting }] = await Promise.all([
      import('../status/status.ts'),
      import('../status/status-text.ts'),
      import('../local/choose-cloud.ts'),
      import('../project.ts'),
      import('../ui/waiting-note.ts'),
    ]);
    const project = await openProject({ flags, environment: process.env, currentFolder: process.cwd() });
    const cacheFolder = this.config.cacheDir;
    const { access, isLocal } = chooseCloud(project, { local: undefined, cacheFolder });
    const known = noteWaiting('asking AWS what is deployed');
    const status = await readStatus({ project, access, cacheFolder }).finally(known);
    const paint: Parameters<typeof statusText>[1]['paint'] = (style, text) => styleText(style, text);
    this.log(statusText(status, { paint, nowMs: Date.now(), isLocal }));
    return status;
  }
}
