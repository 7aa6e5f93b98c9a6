import { type Node, type Program, parse } from 'acorn';
import { unsupportedSyntax } from './unsupported-syntax.ts';

/** The most code of a namespace, in characters ("AWS AppSync endpoints and quotas": 32 KB of evaluated code). */
export const maxCodeCharacters = 32_768;

/** The only module that handlers can import. */
const utilsModule = '@aws-appsync/utils';

/** What of that module exists here. */
const knownUtils: readonly string[] = ['util'];

export type HandlerName = 'onPublish' | 'onSubscribe';

const handlerNames: readonly HandlerName[] = ['onPublish', 'onSubscribe'];

/** The handlers of one channel namespace, ready to be run. */
export interface ChannelHandlers {
  readonly names: ReadonlySet<HandlerName>;
  /** An expression: a function that takes the module which can be imported, and `console`, and gives the handlers. */
  readonly factory: string;
}

export type CompiledHandlers =
  | { readonly type: 'compiled'; readonly handlers: ChannelHandlers }
  | { readonly type: 'invalid'; readonly problem: string };

/** What a module becomes as the body of a function: imports and exports are taken out. */
interface Rewriting {
  /** From and to which character nothing is to be left. */
  readonly removed: readonly (readonly [start: number, end: number])[];
  /** Local names of what is imported, with their names in the module. */
  readonly imported: readonly (readonly [local: string, name: string])[];
  readonly exported: readonly (readonly [name: string, local: string])[];
}

type Statement = Program['body'][number];
type Of<Type extends Statement['type']> = Extract<Statement, { readonly type: Type }>;

/** Why a module cannot be taken; it is caught where compiling ends. */
class HandlerProblem extends Error {}

const nameOf = (node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string =>
  node.name ?? String(node.value);

const rewriteImport = ({ start, end, source, specifiers }: Of<'ImportDeclaration'>): Rewriting => {
  if (source.value !== utilsModule)
    throw new HandlerProblem(`it imports ${source.value}, and only ${utilsModule} can be`);
  const imported = specifiers.map((specifier): [string, string] => {
    const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : specifier.local.name;
    if (specifier.type !== 'ImportSpecifier' || !knownUtils.includes(name)) {
      throw new HandlerProblem(`it imports ${name} of ${utilsModule}, of which the emulator has only util`);
    }
    return [specifier.local.name, name];
  });
  return { removed: [[start, end]], imported, exported: [] };
};

const rewriteExport = (statement: Of<'ExportNamedDeclaration'>): Rewriting => {
  const { start, end, declaration, specifiers, source } = statement;
  if (source) throw new HandlerProblem('it exports what it imports');
  if (!declaration) {
    const exported = specifiers.map((each): [string, string] => [nameOf(each.exported), nameOf(each.local)]);
    return { removed: [[start, end]], imported: [], exported };
  }
  const declared = declaration.type === 'VariableDeclaration' ? declaration.declarations : [declaration];
  const exported = declared.map(({ id }): [string, string] => {
    if (id.type !== 'Identifier') throw new HandlerProblem('it exports a pattern');
    return [id.name, id.name];
  });
  return { removed: [[start, declaration.start]], imported: [], exported };
};

const rewriteStatement = (statement: Statement): Rewriting => {
  switch (statement.type) {
    case 'ImportDeclaration':
      return rewriteImport(statement);
    case 'ExportNamedDeclaration':
      return rewriteExport(statement);
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
      throw new HandlerProblem('its handlers must be exported by their names, onPublish and onSubscribe');
    default:
      return { removed: [], imported: [], exported: [] };
  }
};

/** As long as what they stand in for, so that nothing else moves. */
const blanks = (text: string): string => ' '.repeat(text.length);

const without = (code: string, removed: Rewriting['removed']): string => {
  let rest = code;
  for (const [start, end] of removed) rest = rest.slice(0, start) + blanks(rest.slice(start, end)) + rest.slice(end);
  return rest;
};

const isHandlerName = (name: string): name is HandlerName => handlerNames.some((known) => known === name);

const compile = (code: string): ChannelHandlers => {
  const program = parse(code, { ecmaVersion: 2022, sourceType: 'module', locations: true });
  const unsupported = unsupportedSyntax(program satisfies Node);
  if (unsupported !== undefined) throw new HandlerProblem(unsupported);
  const rewritings = program.body.map(rewriteStatement);
  const exported = rewritings.flatMap((rewriting) => rewriting.exported).filter(([name]) => isHandlerName(name));
  const imports = rewritings.flatMap(({ imported }) => imported.map(([local, name]) => `${name}: ${local}`));
  const body = without(
    code,
    rewritings.flatMap(({ removed }) => removed),
  );
  const results = exported.map(([name, local]) => `${name}: ${local}`).join(', ');
  const factory = `(function ({ ${imports.join(', ')} }, console) { ${body}\nreturn { ${results} }; })`;
  return { names: new Set(exported.map(([name]) => name).filter(isHandlerName)), factory };
};

/** Reads the code of a namespace, as AppSync does when it is deployed ("Channel namespace handlers"). */
export const compileHandlers = (code: string): CompiledHandlers => {
  if (code.length > maxCodeCharacters) {
    return { type: 'invalid', problem: `it has ${code.length} characters, and ${maxCodeCharacters} are the most` };
  }
  try {
    return { type: 'compiled', handlers: compile(code) };
  } catch (error) {
    if (error instanceof HandlerProblem || error instanceof SyntaxError) {
      return { type: 'invalid', problem: error.message };
    }
    throw error;
  }
};
