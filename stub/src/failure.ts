import type { Failed, StubFailure } from '@live-lambda/protocol';
import type { Settings, SettingsError } from './settings.ts';

type FailureSettings = Pick<Settings, 'functionPath' | 'session' | 'httpHost' | 'mode'>;

/** A function error as Lambda's Runtime API takes it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** `errorType` of what callers see, by what went wrong. */
const errorTypes: Readonly<Record<StubFailure, string>> = {
  'api-unreachable': 'LiveLambda.ApiUnreachable',
  'api-refused': 'LiveLambda.ApiRefused',
  'nobody-answered': 'LiveLambda.NobodyAnswered',
  'tunnel-refused': 'LiveLambda.TunnelRefused',
  'tunnel-left': 'LiveLambda.TunnelLeft',
  'tunnel-silent': 'LiveLambda.TunnelSilent',
  'out-of-time': 'LiveLambda.OutOfTime',
};

/** What the caller of a live function is told when its handler gave no result. */
export function functionError(outcome: Failed, settings: FailureSettings): FunctionError {
  const parts = [
    `${settings.functionPath} is live:`,
    whatHappened(outcome, settings),
    outcome.mayHaveRun ? 'The handler may have run.' : 'The handler did not run.',
    whatToDo(outcome.failure, settings),
  ];
  return { errorType: errorTypes[outcome.failure], errorMessage: parts.join(' ') };
}

/** What the caller of a function is told whose stub cannot start. */
export function misconfigured(error: SettingsError, functionName = 'This function'): FunctionError {
  return {
    errorType: 'LiveLambda.Misconfigured',
    errorMessage: `${functionName} is live, but ${error.message}.`,
  };
}

/** What the caller of a function is told whose handler answered with what the door `handler` cannot give back. */
export function notJson({ functionPath }: Pick<Settings, 'functionPath'>): FunctionError {
  return {
    errorType: 'LiveLambda.NotJson',
    errorMessage:
      `${functionPath} is live: its handler ran, and what it answered is not JSON, such as a streamed HTTP response. ` +
      'Its stub is deployed with the door "handler", which can give back JSON only: deploy it without ' +
      '-c live-lambda-door=handler, where the host takes that.',
  };
}

/** The headers with which a function error is posted. */
export function errorHeaders({ errorType }: FunctionError): Readonly<Record<string, string>> {
  return { 'content-type': 'application/json', 'lambda-runtime-function-error-type': errorType };
}

/**
 * What the log says where the deployed code runs, since nobody else does.
 * @returns undefined where that is as it should be: no tunnel is there.
 */
export function fallbackNote(absence: Failed, settings: FailureSettings): string | undefined {
  const { failure, detail } = absence;
  if (failure === 'tunnel-left' || (failure === 'nobody-answered' && detail === '')) return undefined;
  return `${whatHappened(absence, settings)} The deployed code runs instead.`;
}

export function errorBody(error: FunctionError): Uint8Array {
  return Buffer.from(JSON.stringify({ ...error, trace: [] }));
}

function whatHappened({ failure, detail }: Failed, settings: FailureSettings): string {
  const because = detail ? ` (${detail})` : '';
  switch (failure) {
    case 'nobody-answered':
      return `its code runs on a developer's machine, and no tunnel of session "${settings.session}" answered${because}.`;
    case 'api-unreachable':
      return `the Events API at ${settings.httpHost} could not be reached${because}.`;
    case 'api-refused':
      return `the Events API at ${settings.httpHost} refused${because}.`;
    case 'tunnel-refused':
      return `the tunnel of session "${settings.session}" does not serve it${because}.`;
    case 'tunnel-left':
      return `the tunnel of session "${settings.session}" was stopped while it ran${because}.`;
    case 'tunnel-silent':
      return `the tunnel of session "${settings.session}" was sent the event and has not been heard of since${because}.`;
    case 'out-of-time':
      return "its time was over before the developer's machine answered.";
    default:
      return failure satisfies never;
  }
}

function whatToDo(failure: StubFailure, settings: FailureSettings): string {
  if (settings.mode === 'fallback' && (failure === 'tunnel-left' || failure === 'tunnel-silent'))
    return 'Invoke again: while no tunnel answers, the deployed code runs.';
  const session =
    settings.session === 'default' ? '' : `, of the app that was deployed as session "${settings.session}"`;
  const start = `with \`npx live-lambda tunnel\` in the folder of the CDK app${session}, or deploy without -c live-lambda to run the function in AWS again.`;
  switch (failure) {
    case 'nobody-answered':
    case 'tunnel-left':
      return `Start it ${start}`;
    case 'tunnel-silent':
      return `If a tunnel runs, invoke again; otherwise start it ${start}`;
    case 'api-unreachable':
      return 'Check that the function can reach the internet (a VPC needs a NAT gateway) and that the stack is deployed.';
    case 'api-refused':
      return "Check that the function's role may connect, publish and subscribe: deploy the stack again, and look for warnings about its role.";
    case 'tunnel-refused':
      return 'Synthesize and deploy the app again, then restart the tunnel.';
    case 'out-of-time':
      return "Raise the function's timeout, or make the handler faster.";
    default:
      return failure satisfies never;
  }
}
