import type { AnyNode, Node } from 'acorn';

/**
 * What JavaScript has and APPSYNC_JS has not, by the type of the node ("JavaScript runtime features for resolvers and
 * functions" in the AWS AppSync developer guide).
 */
const unsupportedTypes: ReadonlyMap<string, string> = new Map([
  ['AwaitExpression', 'await'],
  ['ClassDeclaration', 'class'],
  ['ClassExpression', 'class'],
  ['ContinueStatement', 'continue'],
  ['DoWhileStatement', 'do'],
  ['ForStatement', 'for (;;)'],
  ['ImportExpression', 'import()'],
  ['LabeledStatement', 'a label'],
  ['MetaProperty', 'import.meta'],
  ['NewExpression', 'new'],
  ['ThisExpression', 'this'],
  ['ThrowStatement', 'throw'],
  ['TryStatement', 'try'],
  ['UpdateExpression', '++ or --'],
  ['WhileStatement', 'while'],
  ['YieldExpression', 'yield'],
]);

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const nameOfUnsupported = (node: AnyNode): string | undefined => {
  if ('async' in node && node.async === true) return 'async';
  if ('generator' in node && node.generator === true) return 'function*';
  if (node.type === 'Literal' && 'regex' in node && node.regex) return 'a regular expression';
  if (node.type === 'UnaryExpression' && node.operator === '~') return '~';
  return unsupportedTypes.get(node.type);
};

/** The first thing in a program that APPSYNC_JS does not have, in words; `undefined` when there is none. */
export const unsupportedSyntax = (node: Node): string | undefined => {
  if (!isNode(node)) return undefined;
  const name = nameOfUnsupported(node);
  if (name !== undefined) return `APPSYNC_JS does not have ${name} (line ${node.loc?.start.line ?? '?'})`;
  for (const child of Object.values(node).flat()) {
    const found = isNode(child) ? unsupportedSyntax(child) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};
