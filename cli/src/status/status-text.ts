import { projectCommand } from '../project-command.ts';
import type { Style } from '../ui/words.ts';
import { byteText } from './byte-text.ts';
import type { DeployedState } from './deployed-state.ts';
import { dollars } from './prices.ts';
import type { SessionRecord } from './session-record.ts';
import type { FunctionUsage } from './session-usage.ts';
import type { FunctionStatus, Status } from './status.ts';

/** Applies colour, or nothing where the output is no terminal. */
type Paint = (style: Style, text: string) => string;

export interface StatusTextOptions {
  readonly paint: Paint;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** Whether what is asked is the emulator of a running `live-lambda local`. */
  readonly isLocal: boolean;
}

export function statusText(status: Status, options: StatusTextOptions): string {
  const { paint } = options;
  const lines = [
    ...(status.app ? appLines(status, status.app, options) : problemLines(status, paint)),
    '',
    ...tunnelLines(status, options),
  ];
  return lines.join('\n');
}

function problemLines({ problem }: Status, paint: Paint): readonly string[] {
  return problem ? [problem.message, `${paint('cyan', '→')} ${problem.hint}`] : [];
}

function appLines(
  { assembly }: Status,
  app: NonNullable<Status['app']>,
  { paint, nowMs, isLocal }: StatusTextOptions,
): readonly string[] {
  const width = Math.max(...app.functions.map(({ id }) => id.length));
  const stacks = [...new Set(app.functions.map(({ stack }) => stack))];
  return [
    `App ${paint('bold', app.name)}, session ${paint('bold', app.session)}`,
    paint('dim', `${assembly}, synthesized ${duration(nowMs - app.synthesizedAt)} ago`),
    ...(isLocal ? ['What is deployed is that of the emulator of live-lambda local.'] : []),
    ...stacks.flatMap((stack) => [
      `Stack ${stack}`,
      ...app.functions.filter((fn) => fn.stack === stack).flatMap((fn) => functionLines(fn, width, paint)),
    ]),
    ...app.refused.map(({ id, reason }) => `${paint('yellow', '!')} ${id} was selected and cannot be live: ${reason}`),
  ];
}

function functionLines({ id, file, deployed }: FunctionStatus, width: number, paint: Paint): readonly string[] {
  const [style, mark, text, fix] = describeState(deployed);
  const line = `  ${paint(style, mark)} ${id.padEnd(width)}  ${text}  ${paint('dim', file)}`;
  return fix === undefined ? [line] : [line, `    ${''.padEnd(width)}  ${paint('cyan', '→')} ${fix}`];
}

function describeState(deployed: DeployedState): readonly [Style, string, string, string?] {
  const redeploy = `Deploy the app in live mode: \`${projectCommand('live-lambda deploy')}\`.`;
  switch (deployed.state) {
    case 'live':
      return ['green', '✓', `live as ${deployed.functionName}`];
    case 'other-session':
      return ['yellow', '!', `live for app ${deployed.app}, session ${deployed.session}`, redeploy];
    case 'not-live':
      return ['yellow', '!', `${deployed.functionName} runs its own code in AWS`, redeploy];
    case 'not-deployed':
      return ['red', '✗', 'not deployed', redeploy];
    case 'unknown':
      return ['red', '?', deployed.reason, deployed.hint];
    default:
      return deployed satisfies never;
  }
}

function tunnelLines({ app, tunnels, otherTunnels }: Status, options: StatusTextOptions): readonly string[] {
  const here = tunnels.flatMap((record) => sessionLines(record, options));
  const none =
    app === null
      ? 'No tunnel runs on this machine.'
      : `No tunnel of this session runs on this machine; one on another is told of when you start \`${projectCommand('live-lambda tunnel')}\`.`;
  const others = otherTunnels.map(
    ({ app: name, session, pid }) => `Another tunnel runs here, for app ${name}, session ${session} (process ${pid}).`,
  );
  return [...(tunnels.length === 0 ? [none] : here), ...others];
}

function sessionLines(record: SessionRecord, { paint, nowMs }: StatusTextOptions): readonly string[] {
  const { app, session, pid, identity, usage } = record;
  const functions = Object.entries(usage.functions);
  const width = Math.max(0, ...functions.map(([id]) => id.length));
  return [
    `${paint('green', '●')} Tunnel of app ${app}, session ${session}: process ${pid}, for ${duration(nowMs - record.startedAt)}, by ${identity}`,
    `  so far ${usageText(usage)}, about ${dollars(usage.priceUsd)}`,
    ...functions.map(([id, each]) => `  ${id.padEnd(width)}  ${usageText(each)}`),
  ];
}

function usageText({ invocations, failures, operations, bytes }: FunctionUsage): string {
  const calls = invocations === 1 ? '1 invocation' : `${invocations} invocations`;
  const broken = failures === 0 ? '' : `, ${failures} failed`;
  return `${calls}${broken}, ${operations} operations of AppSync Events, ${byteText(bytes)}`;
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
