import { replayedReason } from '@live-lambda/protocol';

/** Functions whose refusal is told; whoever may publish could make up any number of names. */
const maxToldRefusals = 100;

/**
 * Tells of each kind of dropped message once, and again when it became ten, a hundred, a thousand times as many. Numbers
 * in a reason are of the single message, and not of its kind.
 */
export function createDropCounter(warn: (text: string) => void): (reason: string) => void {
  const counts = new Map<string, number>();
  return (reason) => {
    if (reason === replayedReason) return;
    const kind = reason.replace(/\d+/g, 'N');
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (!/^10*$/.test(String(count))) return;
    const times = count === 1 ? 'A message was' : `${count} messages were`;
    warn(`${times} dropped: ${reason}.`);
  };
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
