import { lastSegment, parseName } from './name-pattern.ts';

/** Where functions may be live, as lists of what is allowed and of what is denied. */
export interface GuardRules {
  readonly allowAccounts?: readonly string[] | undefined;
  readonly denyAccounts?: readonly string[] | undefined;
  readonly allowRegions?: readonly string[] | undefined;
  readonly denyRegions?: readonly string[] | undefined;
  readonly allowStages?: readonly string[] | undefined;
  readonly denyStages?: readonly string[] | undefined;
}

/** Where a function is deployed. */
export interface DeployPlace {
  /** Undefined if it is known only at deploy. */
  readonly account: string | undefined;
  /** Undefined if it is known only at deploy. */
  readonly region: string | undefined;
  /** Construct paths of the stages around the function's stack. */
  readonly stages: readonly string[];
  /** Construct path of the function's outermost stack. */
  readonly stack: string;
  readonly stackName: string;
}

/** Words that mark what serves real users. */
const PRODUCTION_WORDS = new Set(['prod', 'production', 'prd']);
/** Before such a word these say the opposite: `non-prod`, `pre-prod`. */
const NEGATIONS = new Set(['non', 'not', 'no', 'pre']);

/** @returns why no function there may be live, or undefined if it may */
export function findProtection(place: DeployPlace, rules: GuardRules): string | undefined {
  return (
    judgeValue({ what: 'account', value: place.account, allow: rules.allowAccounts, deny: rules.denyAccounts }) ??
    judgeValue({ what: 'region', value: place.region, allow: rules.allowRegions, deny: rules.denyRegions }) ??
    judgeNames(place, rules)
  );
}

interface ValueRequest {
  readonly what: 'account' | 'region';
  readonly value: string | undefined;
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[] | undefined;
}

function judgeValue({ what, value, allow, deny }: ValueRequest): string | undefined {
  const plural = what === 'account' ? 'Accounts' : 'Regions';
  if (allow === undefined && deny === undefined) return undefined;
  if (value === undefined) {
    return `its ${what} is known only at deploy, so that it cannot be held against the ${what}s of the guard: give its stack an env`;
  }
  if (deny?.includes(value)) return `its ${what} ${value} is in deny${plural} of the guard`;
  if (allow !== undefined && !allow.includes(value))
    return `its ${what} ${value} is not in allow${plural} of the guard`;
  return undefined;
}

function judgeNames(place: DeployPlace, { allowStages, denyStages }: GuardRules): string | undefined {
  const paths = [...place.stages, place.stack, place.stackName];
  const matched = (names: readonly string[]) => names.find((name) => paths.some(parseName(name).matches));
  const denied = matched(denyStages ?? []);
  if (denied !== undefined) return `${JSON.stringify(denied)} is in denyStages of the guard`;
  if (allowStages !== undefined && matched(allowStages) === undefined) {
    return 'neither its stage nor its stack is in allowStages of the guard';
  }
  const names = new Set([...paths, ...paths.map(lastSegment)]);
  const production = [...names].find(isProductionName);
  if (production === undefined || allowStages?.some((name) => names.has(name))) return undefined;
  return `the name ${production} sounds like production, and is not in allowStages of the guard in so many words`;
}

/** Whether one of the name's words says that this is production; words begin at capitals and after `-`, `_`, `/` and digits. */
export function isProductionName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word, index) => PRODUCTION_WORDS.has(word) && !NEGATIONS.has(words[index - 1] ?? ''));
}
