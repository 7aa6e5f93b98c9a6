import type { LiveEvent, LiveFunctionSummary } from '../host.ts';
import type { Style } from './words.ts';

export interface StartLook {
  readonly style: (style: Style, text: string) => string;
  /** Of the terminal; undefined where it is none, or does not say. */
  readonly columns: number | undefined;
}

type Started = Extract<LiveEvent, { type: 'started' }>;

/** Who the developer is, what is live, where its files are and how each function runs. */
export function startLines(event: Started, look: StartLook): readonly string[] {
  const { style } = look;
  const widest = Math.max(...event.functions.map(({ id }) => id.length));
  return [
    `${style('bold', 'live-lambda')} ${event.release}${trustText(event, style)}`,
    `  you are   ${event.identity}`,
    `  account   ${accountOf(event.identity)}, ${regionsText(event.functions)}`,
    `  app       ${event.app}, session ${event.session}`,
    `  your key  ${event.key}`,
    ...(event.config === null ? [] : [`  config    ${event.config}`]),
    ...event.functions.flatMap((fn) => functionLines(fn, widest, look)),
  ];
}

function trustText({ stubTrust }: Pick<Started, 'stubTrust'>, style: StartLook['style']): string {
  if (stubTrust !== 'none') return '';
  return style('yellow', ' (--trust-stub none: execution environments need not prove what they are)');
}

/** How a function runs stands in a line of its own where the terminal is too narrow for both. */
function functionLines(fn: LiveFunctionSummary, widest: number, { style, columns }: StartLook): readonly string[] {
  const how = `${fn.runtime}, ${fn.region}, run by ${fn.runner}${nodeText(fn.node)}`;
  const id = `  function  ${fn.id.padEnd(widest)}`;
  const what = `${id}  ${fn.file} ${style('dim', `(${fn.handler})`)}`;
  const fits = `${id}  ${fn.file} (${fn.handler})  ${how}`.length <= (columns ?? Number.POSITIVE_INFINITY);
  const below = (text: string) => `${' '.repeat(fits ? id.length : '  function'.length)}  ${style('dim', text)}`;
  const added = fn.addedVariables.length === 0 ? [] : [`with variables of the config: ${fn.addedVariables.join(', ')}`];
  const first = fits ? [`${what}  ${style('dim', how)}`] : [what, below(how)];
  return [...first, ...added.map(below)];
}

/** The account of an ARN, which stands behind its fourth colon. Source: AWS IAM User Guide, "ARNs". */
function accountOf(arn: string): string {
  return arn.split(':')[4] || 'unknown';
}

function regionsText(functions: readonly LiveFunctionSummary[]): string {
  const regions = [...new Set(functions.map(({ region }) => region).filter((region) => region !== ''))];
  return `${regions.length > 1 ? 'regions' : 'region'} ${regions.join(', ') || 'unknown'}`;
}

/** ` on Node 22.3.0 (nvm)` */
function nodeText(node: LiveFunctionSummary['node']): string {
  if (node === null) return '';
  return ` on Node ${node.version}${node.source === 'running' ? '' : ` (${node.source})`}`;
}
