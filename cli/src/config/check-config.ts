import * as v from 'valibot';
import { didYouMean } from '../near-miss.ts';
import { UserError } from '../user-error.ts';
import type { LiveLambdaConfig } from './config.ts';
import { type ConfigSource, placeOf } from './config-place.ts';

/** To valibot an array is an object. */
const noArray = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), 'must be an object'),
);

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const port = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be a port, from 1 to 65535'),
  v.maxValue(65_535, 'must be a port, from 1 to 65535'),
);
const inspector = v.union([v.boolean(), port], (issue) =>
  typeof issue.input === 'number' ? 'must be a port, from 1 to 65535' : 'must be true, false or a port',
);

const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.exactOptional(v.pipe(schema, v.description(description)));

const functionEntries = {
  entry: described(
    text,
    'The file that holds the handler, or the folder of a compiled program, relative to this file.',
  ),
  handler: described(text, 'Export path within the entry, for example handler.'),
  runner: described(text, 'Name of the runner of this function.'),
  env: described(
    v.pipe(noArray, v.record(text, v.string())),
    "Variables that are added to the function's own, and are the stronger.",
  ),
};

const functions = v.record(text, v.pipe(noArray, v.strictObject(functionEntries)));

const entries = {
  $schema: described(v.string(), 'Where this schema lies, for editors.'),
  app: described(text, 'Folder of the synthesized app, relative to this file; cdk.out if absent.'),
  endpoint: described(text, 'Base URL of CloudFormation, Lambda and STS, for an emulator of AWS.'),
  session: described(text, 'Name under which live-lambda deploy deploys, for several developers of one app.'),
  runner: described(text, 'Name of the runner of all functions; by default each has the first that can run it.'),
  runners: described(v.array(text), 'Runners of others: names of packages, or paths relative to this file.'),
  functions: described(v.pipe(noArray, functions), 'What no manifest can know of a function, by its construct path.'),
  verbose: described(v.boolean(), 'Show durations by leg, processes and dropped messages.'),
  quiet: described(v.boolean(), 'Show nothing but errors.'),
  json: described(v.boolean(), 'Write one JSON object a line instead of text.'),
  inspect: described(inspector, 'Let debuggers attach: true for ports from 9229 on, or the first port.'),
  inspectBrk: described(inspector, 'The same, and each process waits for a debugger before it loads the handler.'),
  maxEnvironments: described(
    v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1')),
    'How many processes may live at once.',
  ),
  budget: described(
    v.pipe(v.number(), v.finite('must be a price in US dollars'), v.gtValue(0, 'must be more than 0')),
    'What one start of the tunnel may cost on AppSync Events, in US dollars; it stops when that is spent.',
  ),
  takeOver: described(
    v.boolean(),
    'Take the session over at the start from a tunnel that holds it: that one finishes what it runs, and ends.',
  ),
  fetchNode: described(
    v.boolean(),
    "Whether a Node of a function's own major may be fetched from the npm registry where none is installed.",
  ),
  trustStub: described(
    v.union([v.literal('sts'), v.literal('none')], 'must be sts or none'),
    'How execution environments prove what they are; none is for emulators on this machine alone.',
  ),
};

/** All that a config may hold. */
export const configSchema: v.GenericSchema<unknown, LiveLambdaConfig> = v.strictObject(entries);

/**
 * The settings that a config file holds.
 * @throws UserError that names the file, the line where it can be found, the path within it, and what was expected.
 */
export function checkConfig(value: unknown, source: ConfigSource): LiveLambdaConfig {
  const result = v.safeParse(v.pipe(noArray, configSchema), value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map(({ key }) => String(key)) ?? [];
  throw new UserError(`${placeOf(source, path)}: ${sentenceOf(issue, path)}`, hintOf(issue, path), { cause: issue });
}

function sentenceOf(issue: v.BaseIssue<unknown>, path: readonly string[]): string {
  const where = path.length === 0 ? 'the config' : pathText(path);
  if (issue.expected === 'never') return `there is no setting ${where}.`;
  // The value of a variable may be a secret.
  const given = path.includes('env') ? kindOf(issue.input) : valueText(issue.input);
  if (issue.kind === 'validation' || issue.type === 'union') return `${where} ${issue.message}, and is ${given}.`;
  const expected = kinds[issue.expected ?? ''] ?? `a ${issue.expected}`;
  return `${where} must be ${expected}, and is ${given}.`;
}

const kinds: Readonly<Record<string, string>> = { Object: 'an object', Array: 'an array', boolean: 'true or false' };

/** Longer texts are cut. */
const maxShownCharacters = 60;

function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, maxShownCharacters));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function hintOf(issue: v.BaseIssue<unknown>, path: readonly string[]): string {
  const known = Object.keys(path[0] === 'functions' && path.length > 2 ? functionEntries : entries);
  const last = path.at(-1) ?? '';
  if (issue.expected === 'never') {
    const hint = didYouMean(last, known).trim();
    return hint === '' ? `There are: ${known.join(', ')}.` : hint;
  }
  if (path.includes('env')) return 'Values of variables are strings: write them in quotes.';
  return 'Correct the config file.';
}

/** `functions["Shop/Orders"].env.TABLE` */
function pathText(path: readonly string[]): string {
  return path.reduce((before, key) => {
    if (/^\d+$/.test(key)) return `${before}[${key}]`;
    if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${before}[${JSON.stringify(key)}]`;
    return before === '' ? key : `${before}.${key}`;
  }, '');
}
