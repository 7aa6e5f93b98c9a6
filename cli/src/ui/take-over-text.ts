import type { HandedOver, LiveEvent, OtherTunnel, UnfinishedInvocation } from '../host.ts';
import { projectCommand } from '../project-command.ts';
import { counted } from './words.ts';

type Told<Type extends LiveEvent['type']> = Extract<LiveEvent, { type: Type }>;

/** Invocations that are named one by one. */
const maxNamed = 3;

/** What the asking developer is told of how far the other tunnel is. */
export function takingOverText({ session, owner, unfinishedCount, unfinished }: Told<'taking-over'>): string {
  if (unfinishedCount === undefined) return `Asked the tunnel of ${owner} for session "${session}".`;
  if (unfinishedCount === 0) return `The tunnel of ${owner} hands session "${session}" over.`;
  return `The tunnel of ${owner} takes nothing more; it finishes ${counted(unfinishedCount, 'invocation')} first: ${namedInvocations(unfinished, unfinishedCount)}.`;
}

/** What the other tunnel is waited for with, in few words. */
export function waitingText({ owner, unfinishedCount, unfinished }: Told<'taking-over'>): string {
  if (unfinishedCount === undefined) return `waiting for an answer of ${owner}`;
  if (unfinishedCount === 0) return `waiting for ${owner} to end`;
  return `${owner} finishes ${counted(unfinishedCount, 'invocation')}: ${namedInvocations(unfinished, unfinishedCount)}`;
}

export function takenOverText({ session, owner, key, outcome, finished }: Told<'taken-over'>, ownKey: string): string {
  const whose = `the tunnel of ${owner}`;
  switch (outcome) {
    case 'ended':
      return `Session "${session}" is this tunnel's now: ${whose}${keyText(key)} has ended${finishedText(finished, ', after it finished ', '')}.`;
    case 'gone':
      return `${capital(whose)} has not been heard of for 5 s, while it finished what it ran: it was killed or cut off. Callers of what it ran are told so; everything else runs here.`;
    case 'unanswered':
      return `${capital(whose)} has not answered for 5 s, and both go on: its release may not know how to hand a session over, it may not trust your key (${ownKey}), or it is cut off. Stop it where it runs (Ctrl-C), or deploy your own stacks under another session: \`${projectCommand('live-lambda deploy --session NAME')}\`.`;
    default:
      return outcome satisfies never;
  }
}

/** What the developer is told whose tunnel was asked. */
export function handingOverText(event: Told<'handing-over'>): string {
  const { unfinished } = event;
  const then = event.stacks === null ? 'this tunnel ends' : 'this tunnel leaves them';
  const first =
    unfinished === 0
      ? ''
      : `${counted(unfinished, 'invocation')} ${unfinished === 1 ? 'is' : 'are'} finished here first, then `;
  return `The tunnel of ${whoText(event)} takes ${whatText(event)} over. Nothing more is taken here; ${first}${then}.${unfinished === 0 ? '' : ' Ctrl-C ends it at once.'}`;
}

export function handedOverText(event: Told<'handed-over'>): string {
  const then = event.isLast ? 'This tunnel ends.' : 'This tunnel goes on with the other stacks.';
  const finished = finishedText(event.finished, ', and ', ` ${event.finished === 1 ? 'was' : 'were'} finished here`);
  return `The tunnel of ${whoText(event)} has taken ${whatText(event)} over${finished}. ${then}`;
}

function whoText({ owner, key }: OtherTunnel): string {
  return `${owner}${keyText(key)}`;
}

function keyText(key: string | null): string {
  return key === null ? '' : ` (key ${key})`;
}

function whatText({ session, stacks }: HandedOver): string {
  return stacks === null ? `session "${session}"` : `session "${session}" of stack ${stacks.join(' and ')}`;
}

function finishedText(finished: number, before: string, after: string): string {
  return finished === 0 ? '' : `${before}${counted(finished, 'invocation')}${after}`;
}

/** `Shop/Orders for 3 s, Shop/Prices for 1 min and 4 others` */
function namedInvocations(unfinished: readonly UnfinishedInvocation[], count: number): string {
  const named = unfinished.slice(0, maxNamed).map((each) => `${each.function} for ${durationText(each.runningMs)}`);
  const others = count - named.length;
  return others > 0 ? `${named.join(', ')} and ${counted(others, 'other')}` : named.join(', ');
}

function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
