import type { ErrorOutcome, Outcome } from '../invocation.ts';
import { notRun } from './not-run.ts';
import type { Sandbox } from './sandbox.ts';

/** How much of a command is named. */
const MAX_COMMAND_CHARACTERS = 300;

/**
 * What an outcome means where a process never spoke the Runtime API: the fault lies with the command that a runner starts
 * and not with the function, whose caller would else be told how a process ended that it knows nothing of. Our own Node
 * client always speaks, so that what ends its processes early is the function's code, and Lambda's words are right.
 */
export function explainSilence(outcome: Outcome, sandbox: Sandbox, runnerName: string): Outcome {
  if (outcome.type === 'response' || sandbox.environment.hasSpoken) return outcome;
  if (outcome.origin === 'launch')
    return runnerFailed(sandbox, runnerName, `could not be started: ${messageOf(outcome)}`);
  if (sandbox.plan.control === true) return outcome;
  if (outcome.origin === 'exit')
    return runnerFailed(
      sandbox,
      runnerName,
      `ended before it asked the Lambda Runtime API for an event: ${messageOf(outcome)}`,
    );
  if (outcome.origin === 'timeout')
    return runnerFailed(
      sandbox,
      runnerName,
      "has not asked the Lambda Runtime API for an event within the function's time",
    );
  return outcome;
}

function runnerFailed({ fn, plan, lastWords }: Sandbox, runnerName: string, what: string): ErrorOutcome {
  const command = [plan.command, ...plan.args].join(' ');
  const shown = command.length > MAX_COMMAND_CHARACTERS ? `${command.slice(0, MAX_COMMAND_CHARACTERS)}...` : command;
  const said = lastWords.length === 0 ? '' : ` Its last words: ${lastWords.join(' / ')}.`;
  return notRun(
    'LiveLambda.RunnerFailed',
    `Function ${fn.id} (${fn.entry}): the process that the runner ${runnerName} starts for it ${what}.${said} It is started in ${plan.cwd} by \`${shown}\`: run \`npx live-lambda runners test ${runnerName}\`, or choose another runner for this function.`,
  );
}

/** The `errorMessage` of an outcome, without what Lambda puts before it. */
export function messageOf({ body }: Pick<Outcome, 'body'>): string {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) {
      return String(parsed.errorMessage).replace(/^RequestId: \S+ Error: /, '');
    }
  } catch {
    // A runtime may post anything as its error.
  }
  return 'for an unknown reason';
}
