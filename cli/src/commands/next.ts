import { OneShotCommand } from '../base-command.ts';

export default class Next extends OneShotCommand {
  static override summary = 'Say what to do next in this folder; the same as live-lambda alone';
  static override description =
    'Looks for a CDK app, for live-lambda in it, for live functions in its last synth, and asks AWS whether they are deployed.';
  static override examples = ['<%= config.bin %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<unknown> {
    await this.parse(Next);
    const [{ lookAround }, { nextStep, nextStepText }, { noteWaiting }] = await Promise.all([
      import('../next/look-around.ts'),
      import('../next/next-step.ts'),
      import('../ui/waiting-note.ts'),
    ]);
    const { cacheDir: cacheFolder } = this.config;
    const known = noteWaiting('looking around, and asking AWS what is deployed');
    const around = { currentFolder: process.cwd(), environment: process.env, cacheFolder };
    const step = nextStep(await lookAround(around).finally(known));
    this.log(nextStepText(step));
    return step;
  }
}
