import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFileName } from '@live-lambda/protocol/manifest';
import { findAppEntry } from '../cdk-app/app-entry.ts';
import { isAttached } from '../cdk-app/attached.ts';
import type { CdkApp } from '../cdk-app/find-cdk-app.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import { manifestsSince } from './deploy-result.ts';

export interface PlannedDeploy {
  readonly app: CdkApp;
  /** The folder that a synth writes; absolute. */
  readonly output: string;
  /** Synthesizes the app as it would be deployed, and nothing else. Resolves to whether that went well. */
  readonly synthesize: () => Promise<boolean>;
  readonly say: (line: string) => void;
  readonly wallClockMs: () => number;
}

/**
 * Makes sure that functions would be live, before anything is deployed. Where no source tells, a synth does.
 * @returns false where the app does not synthesize, which CDK has told
 * @throws UserError where the deploy would be an ordinary one
 */
export async function refuseOrdinaryDeploy(planned: PlannedDeploy): Promise<boolean> {
  const { app, output, synthesize, say, wallClockMs } = planned;
  const attached = isAttached(app);
  if (attached === true || (attached === undefined && wasLiveBefore(app, output))) return true;
  if (attached === false) {
    throw new UserError(
      `The CDK app in ${app.folder} does not use live-lambda: this would be an ordinary deploy.`,
      `Add it first: \`${projectCommand('live-lambda init')}\`.`,
    );
  }
  say(
    'No source file of the app names live-lambda-cdk. A synth comes first, which tells whether functions would be live.',
  );
  const beganMs = wallClockMs();
  if (!(await synthesize())) return false;
  if ((await manifestsSince(output, beganMs)).length > 0) return true;
  throw new UserError(
    `Nothing was deployed: no function of the CDK app in ${app.folder} would be live, since its synth wrote no ${manifestFileName} into ${output}.`,
    `Call LiveLambda.attach(app) right after new App(): \`${projectCommand('live-lambda init')}\` adds the line.`,
  );
}

/** An app in another language is not read: what its last live synth has left must do, so that not each deploy takes two. */
function wasLiveBefore(app: CdkApp, output: string): boolean {
  return findAppEntry(app).kind === 'other-language' && existsSync(join(output, manifestFileName));
}
