import { OneShotCommand } from '../base-command.ts';

export default class Next extends OneShotCommand {
  static override summary = 'Say what to do next in this folder; the same as live-lambda alone';
  static override description =
    'Looks for a CDK app, for live-lambda in it, for live functions in its last synth, and asks AWS whether they are deployed.';
  static override examples = ['<%= config.bin %>', '<%= config.bin %> <%= command.id %> --json'];

  async run(): Promise<unknown> {
    await this.parse(Next);
    const [{ lookAround }, { nextStep, nextStepText }] = await Promise.all([
      import('../next/look-around.ts'),
      import('../next/next-step.ts'),
    ]);
    const { cacheDir: cacheFolder } = this.config;
    const step = nextStep(await lookAround({ currentFolder: process.cwd(), environment: process.env, cacheFolder }));
    this.log(nextStepText(step));
    return step;
  }
}
