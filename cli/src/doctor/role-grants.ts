import type { LiveFunction } from '@live-lambda/protocol/manifest';
import { type AssemblyTemplate, fields, type TemplateFields } from '../aws/assembly-templates.ts';
import type { RoleGrants } from './cloud-checks.ts';

/** What a stub does over AppSync Events. Source: AWS AppSync Events Developer Guide, "Authorization". */
const stubActions = ['appsync:EventConnect', 'appsync:EventPublish', 'appsync:EventSubscribe'];

/**
 * What the roles of live functions are allowed by the templates that were synthesized. Which resources are meant is not
 * looked at: the construct names them, and nobody writes them by hand.
 */
export function roleGrants(
  functions: readonly LiveFunction[],
  templates: readonly AssemblyTemplate[],
): readonly RoleGrants[] {
  const policies = templates.flatMap(({ resources }) => Object.values(resources).map(fields)).filter(isPolicy);
  return functions.map((fn) => {
    const template = templates.find(
      ({ stack, nested }) => stack === fn.stack.name && nested.join() === fn.stack.nested.join(),
    );
    const resources = template?.resources ?? {};
    const role = fields(fields(resources[fn.logicalId]).Properties).Role;
    const logicalId = referenced(role);
    const own = logicalId === undefined ? {} : fields(resources[logicalId]);
    const name = logicalId ?? (typeof role === 'string' ? role : 'of another stack');
    const attached = policies.filter(({ Properties }) =>
      JSON.stringify(fields(Properties).Roles ?? []).includes(JSON.stringify(logicalId ?? role)),
    );
    const documents = [
      ...list(fields(own.Properties).Policies).map((policy) => fields(policy).PolicyDocument),
      ...attached.map(({ Properties }) => fields(Properties).PolicyDocument),
    ];
    const allowed = documents.flatMap((document) => list(fields(document).Statement)).flatMap(allowedActions);
    const missing = stubActions.filter((action) => !allowed.some((pattern) => covers(pattern, action)));
    const isForeign = own.Type !== 'AWS::IAM::Role';
    return { id: fn.id, role: name, missing: isForeign && missing.length > 0 ? 'foreign' : missing };
  });
}

function isPolicy({ Type }: TemplateFields): boolean {
  return Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy';
}

function allowedActions(statement: unknown): readonly string[] {
  const { Effect, Action } = fields(statement);
  return Effect === 'Allow' ? list(Action).filter((action) => typeof action === 'string') : [];
}

/** `*` stands for any letters. Source: AWS IAM User Guide, "IAM JSON policy elements: Action". */
function covers(pattern: string, action: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const wanted = action.toLowerCase();
  if (rest.length === 0) return first === wanted;
  if (!wanted.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = wanted.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return rest.at(-1) === '' || wanted.endsWith(rest.at(-1) ?? '');
}

function referenced(role: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = fields(role);
  const [target] = list(attribute);
  return typeof Ref === 'string' ? Ref : typeof target === 'string' ? target.split('.')[0] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}
