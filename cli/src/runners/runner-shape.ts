import type { Runner } from '@live-lambda/runner';

/** Names as they stand on a command line. */
const namePattern = /^[A-Za-z][\w.-]*$/;

/** What is wrong with something that should be a runner, a sentence for each member; empty for a runner. */
export function runnerFaults(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) {
    return [`it is ${describe(value)}, and must be an object with name, claims and prepare`];
  }
  const { name, claims, prepare, release } = value as Readonly<Record<string, unknown>>;
  const faults: string[] = [];
  if (typeof name !== 'string') faults.push(`name must be a string, and is ${describe(name)}`);
  else if (!namePattern.test(name))
    faults.push(
      `name must begin with a letter and hold letters, digits, ".", "_" and "-" only, and is ${describe(name)}`,
    );
  if (typeof claims !== 'function') faults.push(`claims must be a function, and is ${describe(claims)}`);
  if (typeof prepare !== 'function') faults.push(`prepare must be a function, and is ${describe(prepare)}`);
  if (release !== undefined && typeof release !== 'function')
    faults.push(`release must be a function where there is one, and is ${describe(release)}`);
  return faults;
}

export function isRunner(value: unknown): value is Runner {
  return runnerFaults(value).length === 0;
}

/** What is wrong with what `prepare` gave; undefined if nothing is. */
export function preparedFault(value: unknown): string | undefined {
  if (!isRecord(value)) return `prepare gave ${describe(value)}, and must give an object`;
  const { state, launch, reason, inputs } = value;
  if (state !== 'ready' && state !== 'broken')
    return `prepare gave the state ${describe(state)}, and it must be "ready" or "broken"`;
  if (!isRecord(inputs) || !isTexts(inputs.files) || !Array.isArray(inputs.folders))
    return 'prepare gave no inputs: { files, folders }, by which changes are seen';
  if (state === 'broken') return typeof reason === 'string' && reason !== '' ? undefined : 'prepare gave no reason';
  return launchFault(launch);
}

function launchFault(launch: unknown): string | undefined {
  if (!isRecord(launch)) return `prepare gave ${describe(launch)} as launch, and it must be an object`;
  const { command, args, cwd, env } = launch;
  if (typeof command !== 'string' || command === '')
    return `launch.command must be a string, and is ${describe(command)}`;
  if (!isTexts(args)) return `launch.args must be an array of strings, and is ${describe(args)}`;
  if (typeof cwd !== 'string') return `launch.cwd must be a string, and is ${describe(cwd)}`;
  if (!isRecord(env) || !isTexts(Object.values(env))) return 'launch.env must be an object of strings';
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}
