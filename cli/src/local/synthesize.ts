import { startSupervisedProcess } from '@live-lambda/runner';
import { findCdkApp } from '../cdk-app/find-cdk-app.ts';
import { findCdk, shellText } from '../deploy/cdk-command.ts';
import { UserError } from '../user-error.ts';

export interface SynthOptions {
  readonly currentFolder: string;
  /** Absolute. */
  readonly output: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Of what CDK said, for the error. */
const maxShownLines = 30;

/**
 * Synthesizes the app of a folder in live mode by its own CDK CLI.
 * @throws UserError where there is no app, or it does not synthesize
 */
export async function synthesizeApp({ currentFolder, output, environment, say, signal }: SynthOptions): Promise<void> {
  const { folder } = findCdkApp(currentFolder);
  const cdk = findCdk(folder, { platform: process.platform, node: process.execPath });
  // Nothing of it is deployed to AWS: that a CI system runs this is no reason to refuse.
  const args = ['synth', '-c', 'live-lambda=true', '-c', 'live-lambda-ci=true', '--quiet', '--output', output];
  say(`Running ${shellText(cdk.shown, args)}`);
  const said: string[] = [];
  const synth = startSupervisedProcess({
    command: cdk.command,
    args: [...cdk.args, ...args],
    cwd: folder,
    env: Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    onOutput: ({ text }) => said.push(text),
  });
  signal.addEventListener('abort', synth.kill);
  const end = await synth.ended;
  signal.removeEventListener('abort', synth.kill);
  if (end.type === 'exited' && end.code === 0) return;
  throw new UserError(
    `The app does not synthesize:\n${said.slice(-maxShownLines).join('\n')}`,
    'Correct what CDK says; or synthesize the app yourself, and leave out --synth.',
  );
}
