import { parse } from '@babel/parser';

/** A node of a program's syntax tree; what else it has depends on its type. Source: Babel AST specification. */
export interface SyntaxNode {
  readonly type: string;
  /** Index of its first character in the text, and of the first one after it. */
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** A node, and the nodes that it is in, the nearest first. */
export interface PlacedNode {
  readonly node: SyntaxNode;
  readonly ancestors: readonly SyntaxNode[];
}

/** All nodes of a program in the order of its text; undefined for what is no program in TypeScript or JavaScript. */
export function nodesOf(text: string, { jsx }: { readonly jsx: boolean }): readonly PlacedNode[] | undefined {
  try {
    const { program } = parse(text, {
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      plugins: ['typescript', 'decorators', 'explicitResourceManagement', ...(jsx ? (['jsx'] as const) : [])],
    });
    return isNode(program) ? [...walk(program, [])] : undefined;
  } catch {
    return undefined;
  }
}

function* walk(node: SyntaxNode, ancestors: readonly SyntaxNode[]): Generator<PlacedNode> {
  yield { node, ancestors };
  const within = [node, ...ancestors];
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member]) if (isNode(child)) yield* walk(child, within);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}

/** The node that a node has under a name; undefined if it has none. */
export function childOf(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  const child = node?.[name];
  return isNode(child) ? child : undefined;
}

/** The nodes that a node has under a name. */
export function childrenOf(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const children = node[name];
  return Array.isArray(children) ? children.filter(isNode) : [];
}

/** The name of an identifier, or the value of a string literal; undefined for every other node. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  const name = node?.type === 'StringLiteral' ? node.value : node?.type === 'Identifier' ? node.name : undefined;
  return typeof name === 'string' ? name : undefined;
}
