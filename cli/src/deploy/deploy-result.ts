import { stat } from 'node:fs/promises';
import { manifestFileName } from '@live-lambda/protocol/manifest';
import { type LiveApp, liveApp } from '../functions/live-functions.ts';
import { type LocatedManifest, readManifests } from '../functions/manifest-file.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';

/** File systems may keep times in steps of two seconds (FAT; Microsoft Learn, "File Times"). */
const timeStepMs = 2000;

/** The manifests that a synth has written since a time; none where it wrote nothing of live functions. */
export async function manifestsSince(output: string, sinceMs: number): Promise<readonly LocatedManifest[]> {
  const manifests = await readManifests(output).catch((error: unknown) => {
    if (error instanceof UserError) return [];
    throw error;
  });
  const written = await Promise.all(manifests.map(async ({ file }) => (await stat(file)).mtimeMs));
  return written.some((timeMs) => timeMs >= sinceMs - timeStepMs) ? manifests : [];
}

/**
 * What a deploy that began at a time has made live.
 * @throws UserError where the synth wrote nothing of live functions: the deploy was an ordinary one
 */
export async function deployedLive(output: string, beganMs: number): Promise<LiveApp> {
  const manifests = await manifestsSince(output, beganMs);
  if (manifests.length === 0) {
    throw new UserError(
      `The app was deployed, and no function of it is live: its synth wrote no ${manifestFileName} into ${output}.`,
      `Call LiveLambda.attach(app) right after new App(): \`${projectCommand('live-lambda init')}\` adds the line.`,
    );
  }
  return liveApp(manifests);
}

/** What is live now, and what to do next. */
export function deployedText({ functions, refused, session }: LiveApp): string {
  const names = functions.map(({ spec }) => spec.id);
  return [
    '',
    `Live in session "${session}": ${names.join(', ')}`,
    ...refused.map(({ id, reason }) => `Not live: ${id}: ${reason}`),
    `Their invocations wait for: ${projectCommand('live-lambda tunnel')}`,
    `Back to their own code: ${projectCommand('cdk deploy')}`,
  ].join('\n');
}
