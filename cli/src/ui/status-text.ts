import { dollars } from '../status/prices.ts';
import type { KeyState } from './keys.ts';
import type { SessionView } from './session-view.ts';

export interface StatusTextOptions {
  readonly view: SessionView;
  readonly keys: KeyState;
  /** What is waited for. */
  readonly progress: string | undefined;
  readonly priceUsd: number;
}

const spinner = '…';

/** The status line, in plain text: what is most useful comes first, since the end is cut in a narrow terminal. */
export function statusText({ view, keys, progress, priceUsd }: StatusTextOptions): string {
  if (view.phase === 'stopped') return '';
  if (keys.name === 'choosing') {
    const { functions } = view;
    const index = Math.min(keys.index, functions.length - 1);
    const what = keys.action === 'open' ? 'Open the file of' : 'Restart';
    return `${what} ${functions[index]?.id ?? ''} (${index + 1} of ${functions.length})?  ↑ ↓ another  enter yes  esc no`;
  }
  if (keys.name === 'confirming')
    return `Take the session over?  y yes  n no  (the tunnel of ${view.holder ?? 'somebody'} finishes what it runs, and ends)`;
  const waiting = [progress ?? [], view.handingOver ?? []].flat().map((what) => `${spinner} ${what}`);
  if (view.phase === 'starting') return waiting.join('');
  const { invocations, failures, running } = view;
  const parts = [
    phaseText(view),
    ...waiting,
    ...(running.size > 0 ? [`${running.size} ${view.phase === 'paused' ? 'held or running' : 'running'}`] : []),
    `${invocations} done${failures === 0 ? '' : `, ${failures} failed`}`,
    `about ${dollars(priceUsd)}`,
    ...(view.phase === 'ending' ? [] : [view.phase === 'paused' ? 'p go on' : 'p pause']),
    'q quit  ? keys  o open  r restart  c clear',
  ];
  return parts.join('  ');
}

function phaseText({ phase }: SessionView): string {
  if (phase === 'ending') return '⇄ ending';
  return phase === 'paused' ? '‖ paused' : '● live';
}
