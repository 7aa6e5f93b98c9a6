/**
 * How texts of policies are held against those of a request. Sources: "IAM JSON policy elements: Resource" and "IAM
 * policy elements: Variables and tags" in the AWS IAM user guide.
 */

/** What is known of a request, by condition key in lower case: names of keys are not case sensitive. */
export type RequestContext = ReadonlyMap<string, string>;

export interface MatchOptions {
  /** For what `${key}` stands; without it such text stands for itself, as in policies of the version of 2008. */
  readonly variables?: RequestContext | undefined;
  readonly ignoresCase?: boolean;
}

/** `${key}`, `${key, 'otherwise'}`, or a character that stands for itself: `${*}`, `${?}`, `${$}`. */
const variablePattern = /^\$\{\s*([^,}]+?)\s*(?:,\s*'([^']*)'\s*)?\}$/;
const tokenPattern = /(\$\{[^}]*\}|\*|\?)/;

const escapeForRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** What a variable stands for; `undefined` when the request does not say. */
const substitute = (token: string, variables: RequestContext): string | undefined => {
  const [, name = '', otherwise] = variablePattern.exec(token) ?? [];
  return ['*', '?', '$'].includes(name) ? name : (variables.get(name.toLowerCase()) ?? otherwise);
};

const tokenSource = (token: string, variables: RequestContext | undefined): string | undefined => {
  if (token === '*') return '.*';
  if (token === '?') return '.';
  if (!variables || !token.startsWith('${')) return escapeForRegExp(token);
  const value = substitute(token, variables);
  return value === undefined ? undefined : escapeForRegExp(value);
};

/** A text with every variable replaced; `undefined` when one of them has no value. */
export const replaceVariables = (text: string, variables: RequestContext | undefined): string | undefined => {
  if (!variables) return text;
  const parts = text.split(/(\$\{[^}]*\})/).map((part) => (part.startsWith('${') ? substitute(part, variables) : part));
  return parts.includes(undefined) ? undefined : parts.join('');
};

/** Whether a text is what a pattern with `*` and `?` describes. A variable without a value describes nothing. */
export const matchesText = (pattern: string, text: string, options: MatchOptions = {}): boolean => {
  const sources = pattern.split(tokenPattern).map((token) => tokenSource(token, options.variables));
  if (sources.includes(undefined)) return false;
  return new RegExp(`^${sources.join('')}$`, options.ignoresCase ? 'is' : 's').test(text);
};

/** `arn`, partition, service, region, account and the rest, which may hold more colons. */
const arnFieldCount = 6;

/** Between fields, and not within a variable: names of keys have colons of their own. */
const arnSeparator = /:(?![^${}]*\})/;

const arnFields = (arn: string, separator: RegExp | string): readonly string[] => {
  const parts = arn.split(separator);
  const rest = parts.slice(arnFieldCount - 1);
  return [...parts.slice(0, arnFieldCount - 1), ...(rest.length === 0 ? [] : [rest.join(':')])];
};

/**
 * Whether an ARN is what a pattern describes: field by field, so that no wildcard reaches over a colon but in the last
 * one. Fields that an incomplete pattern leaves out may be anything. `*` alone is everything, and the only pattern for
 * what concerns no resource, which is asked for as `*`.
 */
export const matchesArn = (pattern: string, arn: string, options: MatchOptions = {}): boolean => {
  if (pattern === '*') return true;
  const [wanted, given] = [arnFields(pattern, arnSeparator), arnFields(arn, ':')];
  if (given.length < arnFieldCount) return false;
  return given.every((field, index) => matchesText(wanted[index] ?? '*', field, options));
};
