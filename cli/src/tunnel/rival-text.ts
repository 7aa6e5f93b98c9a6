import type { TunnelHere } from '@live-lambda/protocol';
import { fingerprintOf } from '@live-lambda/protocol/identity';

/** What a developer is told of another tunnel on the same session. */
export function rivalText({ owner, identityKey, ageMs }: TunnelHere, session: string): string {
  const key = identityKey.length === 0 ? '' : `, with the key ${fingerprintOf(identityKey)}`;
  return (
    `Session "${session}" is also held by a tunnel of ${owner || 'somebody'}${key}, for ${ageText(ageMs)}: each invocation runs ` +
    'on whichever of the two answers first. Stop one of them, or deploy your own stacks under another session: `live-lambda deploy --session NAME`.'
  );
}

function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${Math.floor(ms / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
