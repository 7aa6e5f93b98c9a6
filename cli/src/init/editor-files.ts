import {
  applyEdits,
  findNodeAtLocation,
  modify,
  type Node,
  type ParseError,
  parse,
  parseTree,
  stripComments,
} from 'jsonc-parser';

/** Node's own default, at which the first function waits for debuggers. Source: Node.js documentation, `--inspect`. */
const inspectorPort = 9229;

/** A launch configuration of VS Code. Source: Visual Studio Code documentation, "Node.js debugging". */
interface LaunchConfiguration {
  readonly name: string;
  readonly [setting: string]: unknown;
}

/** What VS Code is given: a tunnel in a debugger, which follows every function; or one function of a running tunnel. */
export function launchConfigurations(appFolder: string): readonly LaunchConfiguration[] {
  const place = appFolder === '' ? '' : ` (${appFolder})`;
  const skipFiles = ['<node_internals>/**'];
  return [
    {
      name: `live-lambda: all functions${place}`,
      type: 'node',
      request: 'launch',
      runtimeExecutable: 'npx',
      runtimeArgs: ['live-lambda', 'tunnel'],
      cwd: ['${' + 'workspaceFolder}', appFolder].filter(Boolean).join('/'),
      console: 'integratedTerminal',
      skipFiles,
    },
    {
      name: 'live-lambda: attach to one function',
      type: 'node',
      request: 'attach',
      address: '127.0.0.1',
      port: inspectorPort,
      restart: true,
      skipFiles,
    },
  ];
}

/**
 * A `launch.json` with these configurations at the end of its own; what it has by the same name stays, and so do its
 * comments. Undefined where the text is not what VS Code would read.
 */
export function addLaunchConfigurations(
  text: string | undefined,
  configurations: readonly LaunchConfiguration[],
): string | undefined {
  if (text === undefined || text.trim() === '') {
    return `${JSON.stringify({ version: '0.2.0', configurations }, undefined, 2)}\n`;
  }
  const errors: ParseError[] = [];
  const parsed: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const present = 'configurations' in parsed ? parsed.configurations : [];
  if (!Array.isArray(present)) return undefined;
  const names = new Set(present.map((each: unknown) => Object(each).name));
  const missing = configurations.filter(({ name }) => !names.has(name));
  return missing.length === 0 ? text : append(text, missing);
}

/** Writes the configurations behind the last one, and touches nothing else. */
function append(text: string, configurations: readonly LaunchConfiguration[]): string {
  const formattingOptions = formattingOf(text);
  const { eol, unit } = formattingOptions;
  const list = findNodeAtLocation(parseTree(text, [], { allowTrailingComma: true }) ?? nothing, ['configurations']);
  const last = list?.children?.at(-1);
  if (!list || !last) return applyEdits(text, modify(text, ['configurations'], configurations, { formattingOptions }));
  const end = list.offset + list.length - 1;
  const behind = stripComments(text.slice(last.offset + last.length, end), ' ');
  const comma = behind.includes(',') ? '' : ',';
  const head = text.slice(0, last.offset + last.length) + comma + text.slice(last.offset + last.length, end).trimEnd();
  const items = configurations.map((each) =>
    JSON.stringify(each, undefined, unit)
      .split('\n')
      .map((line) => eol + unit.repeat(2) + line)
      .join(''),
  );
  return `${head}${items.join(',')}${eol}${unit}${text.slice(end)}`;
}

const nothing: Node = { type: 'null', offset: 0, length: 0 };

function formattingOf(text: string) {
  const unit = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !unit.startsWith('\t'),
    tabSize: unit.length,
    unit,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/**
 * A run configuration of JetBrains' editors, as they store it in `.run`.
 * Source: WebStorm documentation, "Run/debug configurations", "Store as project file".
 */
export const runConfiguration = `<component name="ProjectRunConfigurationManager">
  <configuration default="false" name="live-lambda: attach to one function" type="ChromiumRemoteDebugType" factoryName="Chromium Remote" port="${inspectorPort}" restartOnDisconnect="true">
    <method v="2" />
  </configuration>
</component>
`;
