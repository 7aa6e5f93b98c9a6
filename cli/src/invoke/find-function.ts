import type { CloudAccess } from '../aws/client-options.ts';
import { type DeployedStacks, deployedStacks } from '../aws/stack-resources.ts';
import { didYouMean } from '../near-miss.ts';
import { projectCommand } from '../project-command.ts';
import { UserError } from '../user-error.ts';
import type { AssemblyFunction } from './assembly-functions.ts';

/** A function that can be invoked. */
export interface FoundFunction {
  /** Construct path, where the function is of the app. */
  readonly id: string | null;
  /** Physical name, with the version or the alias that was asked for; or what the developer gave. */
  readonly functionName: string;
  readonly region: string | null;
  readonly streams: boolean;
  /** Said of a name that Lambda does not know. */
  readonly notFound: (region: string) => UserError;
}

export interface FindOptions {
  readonly functions: readonly AssemblyFunction[];
  readonly access: CloudAccess;
  /** Folder of the synthesized app, to be named. */
  readonly assembly: string;
}

/**
 * Finds a function by its construct id, its construct path (whole or the end of it), its logical id or its physical name,
 * with a version or an alias behind a colon where that is meant. A name that the app does not know is taken for the
 * physical name of another function.
 * @throws UserError for a name that means several functions, or one that is not deployed
 */
export async function findFunction(name: string, options: FindOptions): Promise<FoundFunction> {
  const { functions, access } = options;
  const { unqualified, qualifier } = splitName(name, functions);
  const named = matches(unqualified, functions);
  const [first, ...others] = named;
  if (others.length > 0) {
    throw new UserError(
      `"${name}" may be ${named.map(({ id }) => id).join(' or ')}.`,
      `Give the whole path, for example ${first?.id}.`,
    );
  }
  const stacks = new Map<string | null, DeployedStacks>();
  const stacksIn = (where: string | null) => {
    const found = stacks.get(where) ?? deployedStacks(access, where);
    stacks.set(where, found);
    return found;
  };
  if (first) return deployed(first, stacksIn(first.region), qualifier);
  const physical = await Promise.all(
    functions.map(async (fn) => ({ fn, physicalName: await nameOf(fn, stacksIn(fn.region)) })),
  );
  const known = physical.find(({ physicalName }) => physicalName === unqualified);
  const notFound = () => unknownName(unqualified, { ...options, physical });
  return {
    id: known?.fn.id ?? null,
    functionName: name,
    region: known?.fn.region ?? null,
    streams: known?.fn.streams ?? false,
    notFound,
  };
}

/** Source: AWS Lambda API Reference, "Invoke", FunctionName and Qualifier. */
const qualifiedName = /^(?<unqualified>(?!arn:).+):(?<qualifier>\$LATEST|[\w-]+)$/;

/** A construct id may have a colon of its own. */
function splitName(
  name: string,
  functions: readonly AssemblyFunction[],
): { readonly unqualified: string; readonly qualifier?: string | undefined } {
  const { unqualified = name, qualifier } =
    matches(name, functions).length > 0 ? {} : (qualifiedName.exec(name)?.groups ?? {});
  return { unqualified, qualifier };
}

/** The functions that a name means, the exact ones alone where there are such. */
export function matches(name: string, functions: readonly AssemblyFunction[]): readonly AssemblyFunction[] {
  const exact = functions.filter(({ id }) => id === name);
  if (exact.length > 0) return exact;
  return functions.filter(({ id, logicalId }) => id.endsWith(`/${name}`) || logicalId === name);
}

async function deployed(
  fn: AssemblyFunction,
  stacks: DeployedStacks,
  qualifier: string | undefined,
): Promise<FoundFunction> {
  const functionName = await stacks.physicalId(fn);
  const notFound = (where: string) =>
    new UserError(
      `Function ${fn.id} of stack ${fn.stack} is not deployed in ${where}.`,
      `Deploy the app (\`${projectCommand('cdk deploy')}\`), or choose the region and account with AWS_REGION and AWS_PROFILE.`,
    );
  if (functionName === undefined) throw notFound(fn.region ?? 'the region that is set');
  const found = { id: fn.id, functionName, region: fn.region, streams: fn.streams, notFound };
  if (qualifier === undefined) return found;
  const unqualifiedOnly = (where: string) =>
    new UserError(
      `Function ${fn.id} has no version and no alias "${qualifier}" in ${where}.`,
      `Deploy the app (\`${projectCommand('cdk deploy')}\`) where it is new, or leave out ":${qualifier}" for the function as it is.`,
    );
  return { ...found, functionName: `${functionName}:${qualifier}`, notFound: unqualifiedOnly };
}

/** What is not known is no near miss; the invocation says what is wrong with the access. */
async function nameOf(fn: AssemblyFunction, stacks: DeployedStacks): Promise<string | undefined> {
  return stacks.physicalId(fn).catch(() => undefined);
}

function unknownName(
  name: string,
  {
    functions,
    assembly,
    physical,
  }: FindOptions & { readonly physical: readonly { readonly physicalName: string | undefined }[] },
): UserError {
  const names = physical.flatMap(({ physicalName }) => (physicalName === undefined ? [] : [physicalName]));
  const ids = functions.map(({ id }) => id);
  return new UserError(
    `There is no function "${name}".${didYouMean(name, [...ids, ...names])}`,
    ids.length === 0
      ? `${assembly} holds no synthesized app, so that only physical names are known: synthesize the app, or name its output folder with --app.`
      : `The app has: ${ids.join(', ')}.`,
  );
}
