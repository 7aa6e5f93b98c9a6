import type { LiveEvent, LiveFunctionSummary } from '../host.ts';
import type { Style } from './words.ts';

type Paint = (style: Style, text: string) => string;

/** Who the developer is, what is live, where its files are and how each function runs. */
export function startLines(event: Extract<LiveEvent, { type: 'started' }>, style: Paint): readonly string[] {
  const widest = Math.max(...event.functions.map(({ id }) => id.length));
  return [
    `${style('bold', 'live-lambda')} ${event.release}`,
    `  you are   ${event.identity}`,
    `  account   ${accountOf(event.identity)}, ${regionsText(event.functions)}`,
    `  app       ${event.app}, session ${event.session}`,
    `  your key  ${event.key}`,
    ...(event.config === null ? [] : [`  config    ${event.config}`]),
    ...event.functions.flatMap((fn) => functionLines(fn, widest, style)),
  ];
}

function functionLines(fn: LiveFunctionSummary, widest: number, style: Paint): readonly string[] {
  const where = style('dim', `${fn.runtime}, ${fn.region}, run by ${fn.runner}${nodeText(fn.node)}`);
  const line = `  function  ${fn.id.padEnd(widest)}  ${fn.file} ${style('dim', `(${fn.handler})`)}  ${where}`;
  if (fn.addedVariables.length === 0) return [line];
  const added = style('dim', `with variables of the config: ${fn.addedVariables.join(', ')}`);
  return [line, `            ${''.padEnd(widest)}  ${added}`];
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
