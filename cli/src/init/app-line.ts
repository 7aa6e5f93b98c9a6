import { childOf, childrenOf, nameOf, nodesOf, type PlacedNode, type SyntaxNode } from './syntax-tree.ts';

/** What became of the program of a CDK app. */
export type AppLine =
  | { readonly result: 'present' }
  /** The whole text with the line in it. */
  | { readonly result: 'edited'; readonly text: string }
  /** It cannot be told where the line belongs; `reason` says why, in a clause. */
  | { readonly result: 'by-hand'; readonly reason: string };

const constructPackage = 'live-lambda-cdk';
const className = 'LiveLambda';
const methodName = 'attach';

/** Modules that export `App`. Source: package.json of aws-cdk-lib, `exports`. */
const coreModule = /^aws-cdk-lib(\/core(\/lib(\/app)?)?)?$/;
/** Version 1 of the CDK, which reached its end in 2023. */
const firstVersionModule = '@aws-cdk/core';

/**
 * Writes `LiveLambda.attach(app)` behind the statement that makes the `App`, and the import that it needs, in the way in
 * which the program writes its imports.
 */
export function addAppLine(text: string, { jsx = false }: { readonly jsx?: boolean } = {}): AppLine {
  const nodes = nodesOf(text, { jsx });
  if (nodes === undefined) return { result: 'by-hand', reason: 'it cannot be read as TypeScript or JavaScript' };
  const imports = importsOf(nodes);
  const own = imports.find(({ module }) => module === constructPackage);
  const called = ownName(own);
  if (called !== undefined && nodes.some(({ node }) => isCallOf(node, called))) return { result: 'present' };
  if (imports.some(({ module }) => module === firstVersionModule)) {
    return { result: 'by-hand', reason: 'it is written with version 1 of the CDK, and live-lambda needs version 2' };
  }
  const core = imports.filter(({ module }) => coreModule.test(module));
  const [place, ...others] = nodes.flatMap((placed) => appStatement(placed, core));
  if (place === undefined) return { result: 'by-hand', reason: 'it has no statement like `const app = new App();`' };
  if (others.length > 0) return { result: 'by-hand', reason: 'it makes more than one App' };
  const line = call(text, { ...place, className: called ?? className });
  const anchor = core.at(-1) ?? imports.at(-1);
  const added = called === undefined ? importLine(text, anchor) : [];
  return { result: 'edited', text: insert(text, [...added, line]) };
}

/** A statement by which a program imports a module. */
interface Import {
  readonly module: string;
  readonly statement: SyntaxNode;
  /** By `require`, in CommonJS. */
  readonly required: boolean;
  /** Local names of what is imported, by their names in the module; `*` is the module itself. */
  readonly names: ReadonlyMap<string, string>;
}

function importsOf(nodes: readonly PlacedNode[]): readonly Import[] {
  return nodes.flatMap(({ node, ancestors }) => {
    if (node.type === 'ImportDeclaration') return importDeclaration(node);
    if (node.type === 'TSImportEqualsDeclaration') return importEquals(node);
    const [statement] = ancestors;
    return node.type === 'VariableDeclarator' && statement ? requirement(node, statement) : [];
  });
}

function importDeclaration(node: SyntaxNode): readonly Import[] {
  const module = nameOf(childOf(node, 'source'));
  if (module === undefined || node.importKind === 'type') return [];
  const names = childrenOf(node, 'specifiers').flatMap((each): [string, string][] => {
    const local = nameOf(childOf(each, 'local'));
    const imported = each.type === 'ImportSpecifier' ? nameOf(childOf(each, 'imported')) : '*';
    return local === undefined || imported === undefined || each.importKind === 'type' ? [] : [[imported, local]];
  });
  return [{ module, statement: node, required: false, names: new Map(names) }];
}

/** `import cdk = require('aws-cdk-lib')` */
function importEquals(node: SyntaxNode): readonly Import[] {
  const module = nameOf(childOf(childOf(node, 'moduleReference'), 'expression'));
  const local = nameOf(childOf(node, 'id'));
  if (module === undefined || local === undefined) return [];
  return [{ module, statement: node, required: false, names: new Map([['*', local]]) }];
}

/** `const cdk = require('aws-cdk-lib')`, `const { App } = require('aws-cdk-lib')` */
function requirement(declarator: SyntaxNode, statement: SyntaxNode): readonly Import[] {
  const value = childOf(declarator, 'init');
  if (value?.type !== 'CallExpression' || nameOf(childOf(value, 'callee')) !== 'require') return [];
  const module = nameOf(childrenOf(value, 'arguments')[0]);
  const target = childOf(declarator, 'id');
  if (module === undefined || target === undefined) return [];
  const whole = nameOf(target);
  const members = childrenOf(target, 'properties').flatMap((each): [string, string][] => {
    const [key, local] = [nameOf(childOf(each, 'key')), nameOf(childOf(each, 'value'))];
    return key === undefined || local === undefined ? [] : [[key, local]];
  });
  return [{ module, statement, required: true, names: new Map(whole === undefined ? members : [['*', whole]]) }];
}

/** How the program calls our class: `LiveLambda`, or `live.LiveLambda`. */
function ownName(own: Import | undefined): string | undefined {
  const local = own?.names.get(className);
  const module = own?.names.get('*');
  return local ?? (module === undefined ? undefined : `${module}.${className}`);
}

function isCallOf(node: SyntaxNode, called: string): boolean {
  if (node.type !== 'CallExpression') return false;
  return dotted(childOf(node, 'callee')) === `${called}.${methodName}`;
}

/** `a.b.c` of an expression that is written so; undefined for every other. */
function dotted(node: SyntaxNode | undefined): string | undefined {
  if (node?.type !== 'MemberExpression') return nameOf(node);
  const [object, property] = [dotted(childOf(node, 'object')), nameOf(childOf(node, 'property'))];
  return object === undefined || property === undefined || node.computed === true ? undefined : `${object}.${property}`;
}

/** The statement that makes the App, and the name that it gives it. */
interface AppStatement {
  readonly statement: SyntaxNode;
  readonly app: string;
}

function appStatement({ node, ancestors }: PlacedNode, core: readonly Import[]): readonly AppStatement[] {
  const [target, value] =
    node.type === 'VariableDeclarator'
      ? [childOf(node, 'id'), childOf(node, 'init')]
      : node.type === 'AssignmentExpression'
        ? [childOf(node, 'left'), childOf(node, 'right')]
        : [];
  const app = nameOf(target);
  const [statement] = ancestors;
  if (app === undefined || statement === undefined || !isNewApp(value, app, core)) return [];
  // Another variable of the same statement may already be a stack.
  if (statement.type === 'VariableDeclaration' && childrenOf(statement, 'declarations').at(-1) !== node) return [];
  const outer = ancestors.find(({ type }) => type !== 'VariableDeclaration');
  return [{ statement: outer?.type === 'ExportNamedDeclaration' ? outer : statement, app }];
}

/** Of a class of the app's own its name alone can tell; it is believed where the variable is called so, too. */
function isNewApp(value: SyntaxNode | undefined, variable: string, core: readonly Import[]): boolean {
  if (value?.type !== 'NewExpression') return false;
  const made = dotted(childOf(value, 'callee'));
  if (made === undefined) return false;
  const isCore = core.some(({ names }) => names.get('App') === made || `${names.get('*')}.App` === made);
  return isCore || (/App$/.test(made) && variable === 'app');
}

/** Text to be written at an index. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

function call(
  text: string,
  { statement, app, className: called }: AppStatement & { readonly className: string },
): Insertion {
  const indentation = /[ \t]*$/.exec(text.slice(0, statement.start))?.[0] ?? '';
  return {
    at: lineEnd(text, statement.end),
    text: `${newline(text)}${indentation}${called}.${methodName}(${app})${semicolon(text, statement)}`,
  };
}

function importLine(text: string, anchor: Import | undefined): readonly Insertion[] {
  if (anchor === undefined)
    return [{ at: 0, text: `import { ${className} } from '${constructPackage}';${newline(text)}` }];
  const { statement, required } = anchor;
  const quote = text.slice(statement.start, statement.end).includes('"') ? '"' : "'";
  const module = quote + constructPackage + quote;
  const end = semicolon(text, statement);
  const line = required
    ? `const { ${className} } = require(${module})${end}`
    : `import { ${className} } from ${module}${end}`;
  return [{ at: lineEnd(text, statement.end), text: newline(text) + line }];
}

function semicolon(text: string, statement: SyntaxNode): string {
  return text[statement.end - 1] === ';' ? ';' : '';
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The end of a line of which nothing but a comment is left; else where the statement ends. */
function lineEnd(text: string, end: number): number {
  const rest = /^[ \t]*(\/\/[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(end))?.[0] ?? '';
  return end + rest.length;
}

function insert(text: string, insertions: readonly Insertion[]): string {
  const backwards = [...insertions].sort((a, b) => b.at - a.at);
  return backwards.reduce((changed, { at, text: added }) => changed.slice(0, at) + added + changed.slice(at), text);
}
