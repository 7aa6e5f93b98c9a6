import { projectCommand } from '../project-command.ts';
import { failed, ok, skipped, type Verdict, warning } from './check.ts';

/** The app's own source that was changed last. */
export interface NewestSource {
  /** Relative to the app. */
  readonly file: string;
  readonly changedMs: number;
}

/** @param synthesizedMs when the manifest was written, in epoch milliseconds */
export function freshVerdict(newest: NewestSource | undefined, synthesizedMs: number): Verdict {
  if (newest === undefined) return skipped('the sources of the CDK app were not found (there is no cdk.json here)');
  if (newest.changedMs <= synthesizedMs) return ok('nothing of the CDK app was changed since the synth');
  const minutes = Math.ceil((newest.changedMs - synthesizedMs) / 60_000);
  return warning(
    `${newest.file} was changed up to ${minutes} min after the synth: the tunnel goes by what was synthesized.`,
    'Synthesize or deploy again in live mode, where the change is one of the infrastructure.',
  );
}

/** What is seen of a handler in its file. */
export interface SeenHandler {
  readonly id: string;
  /** Relative to the current folder. */
  readonly file: string;
  readonly exportName: string;
  /** `unclear`: the file is there, in a language or way that is not read here. */
  readonly seen: 'yes' | 'no-file' | 'no-export' | 'unclear';
}

export function handlersVerdict(handlers: readonly SeenHandler[]): Verdict {
  const missing = handlers.filter(({ seen }) => seen === 'no-file');
  const [first] = missing;
  if (first) {
    const more = missing.length === 1 ? '' : `, and ${missing.length - 1} more`;
    return failed(
      `${first.file} of ${first.id} does not exist${more}.`,
      'Synthesize again; or name the file in live-lambda.config.ts: functions: { "..." : { entry } }.',
    );
  }
  const without = handlers.filter(({ seen }) => seen === 'no-export');
  if (without.length === 0) return ok(`${handlers.length === 1 ? '1 file is' : `${handlers.length} files are`} there`);
  return warning(
    without
      .map(({ id, file, exportName }) => `${file} does not seem to export "${exportName}", the handler of ${id}.`)
      .join(' '),
    `Export it, or correct the handler in the CDK app; \`${projectCommand('live-lambda runners test')}\` starts each function up to its first event.`,
  );
}

/** @param construct version of the construct library in the project; undefined where it was not found */
export function releaseVerdict(construct: string | undefined, cli: string): Verdict {
  if (construct === undefined) return skipped('live-lambda-cdk was not found from here: its version is not known');
  if (construct === cli) return ok(`live-lambda-cdk and live-lambda ${cli}`);
  return warning(
    `live-lambda-cdk is ${construct}, which made the stub, and this is live-lambda ${cli}.`,
    'Install the same version of both, and deploy again.',
  );
}

export function vpcVerdict(inVpc: readonly string[], hasEgress: boolean): Verdict {
  if (inVpc.length === 0) return ok('no function is in a VPC');
  if (hasEgress) return ok(`${inVpc.join(', ')}: in a VPC; the app has a NAT gateway`);
  return warning(
    `${inVpc.join(', ')}: in a VPC, and the app makes no NAT gateway. Without a way out the stub cannot reach AppSync Events.`,
    'Give the subnets a route to a NAT gateway, if they have none.',
  );
}
