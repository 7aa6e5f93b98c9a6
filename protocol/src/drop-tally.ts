import { replayedReason } from './sealing.ts';

/**
 * Tells of each kind of dropped message once, and again when it became ten, a hundred, a thousand times as many: whoever
 * may publish could otherwise fill a log. Numbers in a reason are of the single message, and not of its kind. What came
 * twice is ordinary and is not told.
 */
export function createDropTally(tell: (text: string) => void): (reason: string) => void {
  const counts = new Map<string, number>();
  return (reason) => {
    if (reason === replayedReason) return;
    const kind = reason.replace(/\d+/g, 'N');
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (!/^10*$/.test(String(count))) return;
    tell(`${count === 1 ? 'a message was' : `${count} messages were`} dropped: ${reason}`);
  };
}
