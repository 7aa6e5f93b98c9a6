import type { TunnelHere } from '@live-lambda/protocol';
import { fingerprintOf } from '@live-lambda/protocol/identity';
import { projectCommand } from '../project-command.ts';

/**
 * What a developer is told of another tunnel on the same session.
 * @param isHolder it was there before, and may be asked for the session
 */
export function rivalText({ owner, identityKey, ageMs }: TunnelHere, session: string, isHolder: boolean): string {
  const key = identityKey.length === 0 ? '' : `, with the key ${fingerprintOf(identityKey)}`;
  const what = isHolder
    ? 'Take the session over (t in a terminal, `--take-over` at the start): that tunnel finishes what it runs, and ends. Or deploy'
    : 'Stop one of them, or deploy';
  return (
    `Session "${session}" is also held by a tunnel of ${owner || 'somebody'}${key}, for ${ageText(ageMs)}: each invocation runs ` +
    `on whichever of the two answers first. ${what} your own stacks under another session: \`${projectCommand('live-lambda deploy --session NAME')}\`.`
  );
}

/** What a developer is told of somebody who asked for the session and is not trusted. */
export function refusedTakeOverText({
  owner,
  key,
  session,
}: {
  readonly owner: string;
  readonly key: string;
  readonly session: string;
}): string {
  const whose = key === '' ? 'which has no key' : `whose key ${key} the functions do not trust`;
  return `A tunnel of ${owner || 'somebody'}, ${whose}, asked for session "${session}": nothing was done. If it is a colleague's: \`${projectCommand('live-lambda keys add')}\`, then deploy.`;
}

function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${Math.floor(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
