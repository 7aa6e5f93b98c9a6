import type { VariableChanges } from '../process/control-channel.ts';
import { changesBetween } from '../process-slot.ts';
import type { LaunchPlan } from '../runner.ts';

/** Credentials, which are all that AWS renews in an execution environment. */
const RENEWED_VARIABLES = new Set([
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_SESSION_TOKEN',
]);

/** Variables that Node, its libraries and tsx look at when a process starts, and never again. */
const READ_AT_START = /^(?:NODE_|TSX_|UV_|LD_|DYLD_|LC_|LANG$|LANGUAGE$|SSL_|OPENSSL_|VSCODE_|JB_)/;

/**
 * What is to be changed in a process so that it has the variables of another plan: undefined where only a new process
 * would have them.
 */
export function renewal(running: LaunchPlan, wanted: LaunchPlan): VariableChanges | undefined {
  const changes = changesBetween(running.env, wanted.env);
  const names = Object.keys(changes);
  if (names.length === 0) return changes;
  return wanted.control === true && names.every((name) => RENEWED_VARIABLES.has(name)) ? changes : undefined;
}

/** Whether a process that waits without code may serve another plan than the one that it was started by. */
export function canServe(held: LaunchPlan, wanted: LaunchPlan): boolean {
  return (
    held.control === true &&
    wanted.control === true &&
    held.command === wanted.command &&
    held.cwd === wanted.cwd &&
    held.args.length === wanted.args.length &&
    held.args.every((arg, index) => arg === wanted.args[index]) &&
    !Object.keys(changesBetween(held.env, wanted.env)).some((name) => READ_AT_START.test(name))
  );
}
