import { createDropTally } from '@live-lambda/protocol';
import type { CallerIdentity } from '../functions/deployment.ts';
import type { Host } from '../host.ts';

/** Functions whose refusal is told; whoever may publish could make up any number of names. */
const maxToldRefusals = 100;

/** Tells of dropped messages as the link's tally does, in sentences. */
export function createDropCounter(warn: (text: string) => void): (reason: string) => void {
  return createDropTally((text) => warn(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`));
}

/** Tells once of each function that is refused: its stub asks again with every invocation. */
export function createRefusalTeller(
  warn: (text: string) => void,
): (hello: { readonly functionPath: string }, refusal: { readonly text: string }) => void {
  const told = new Set<string>();
  return ({ functionPath }, { text }) => {
    if (told.has(functionPath) || told.size >= maxToldRefusals) return;
    told.add(functionPath);
    warn(`${functionPath} in AWS was refused: ${text}`);
  };
}

/** Tells as whom a function's code runs: once, and again when it is somebody else. */
export function createIdentityTeller(host: Host): (functionId: string, identity: CallerIdentity) => void {
  const told = new Map<string, string>();
  return (functionId, { arn, account }) => {
    if (told.get(functionId) === arn) return;
    told.set(functionId, arn);
    host.notify({ type: 'verified', function: functionId, identity: arn, account });
  };
}
