/** A variable of Node with its flags taken apart. */
interface NodeOptions {
  /** Each flag with its value, as written without quotes. */
  readonly flags: readonly string[];
}

/** Flags whose value is the next word. */
const FLAGS_WITH_VALUE = new Set([
  '--require',
  '-r',
  '--import',
  '--loader',
  '--experimental-loader',
  '--conditions',
  '-C',
]);

/**
 * Flags that change how a program behaves and not which program runs: no file, address or port follows from them. All
 * are known since Node 20.
 */
const HARMLESS_FLAGS = new Set([
  '--abort-on-uncaught-exception',
  '--deprecation',
  '--disable-warning',
  '--dns-result-order',
  '--enable-source-maps',
  '--experimental-detect-module',
  '--experimental-require-module',
  '--experimental-vm-modules',
  '--max-http-header-size',
  '--max-old-space-size',
  '--max-semi-space-size',
  '--network-family-autoselection',
  '--pending-deprecation',
  '--stack-trace-limit',
  '--throw-deprecation',
  '--trace-deprecation',
  '--trace-uncaught',
  '--trace-warnings',
  '--unhandled-rejections',
  '--warnings',
]);

/** What debuggers make Node load first: VS Code's js-debug, and WebStorm and its kind. */
const DEBUGGER_PROGRAM = /[\\/](?:bootloader(?:\.bundle)?|debugConnector)\.c?js$/;

/** Also part of how js-debug attaches. */
const DEBUGGER_FLAG = /^--inspect-publish-uid=/;

export interface ScreenedNodeOptions {
  /** What may be passed on; empty if nothing. */
  readonly value: string;
  /** Whether something was left out. */
  readonly reduced: boolean;
}

/** Of a function's own `NODE_OPTIONS`, the flags that cannot make other code run on this machine. */
export function harmlessNodeOptions(text: string): ScreenedNodeOptions {
  return screen(text, (flag) => HARMLESS_FLAGS.has(flag.replace(/^--no-/, '--').replace(/=.*$/s, '')));
}

/** Of this machine's `NODE_OPTIONS`, what a debugger put there so that processes below it attach to it. */
export function debuggerNodeOptions(text: string): ScreenedNodeOptions {
  return screen(text, (flag) => {
    const required = /^(?:--require|-r)[= ](.*)$/s.exec(flag)?.[1];
    return required === undefined ? DEBUGGER_FLAG.test(flag) : DEBUGGER_PROGRAM.test(required);
  });
}

function screen(text: string, keeps: (flag: string) => boolean): ScreenedNodeOptions {
  const { flags } = parse(text);
  const kept = flags.filter(keeps);
  return { value: kept.map(quoted).join(' '), reduced: kept.length < flags.length };
}

/** Source: Node's documentation of `NODE_OPTIONS`: words end at spaces, double quotes hold spaces, `\` escapes. */
function parse(text: string): NodeOptions {
  const words = [...text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^\s"])+/gs)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"?/gs, (_, inner: string) => inner.replace(/\\(.)/gs, '$1')),
  );
  const flags: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const value = FLAGS_WITH_VALUE.has(word) ? words[index + 1] : undefined;
    flags.push(value === undefined ? word : `${word} ${value}`);
    if (value !== undefined) index += 1;
  }
  return { flags };
}

/** A flag and its value are two words; a value may hold spaces. */
function quoted(flag: string): string {
  const [, name = '', value] = /^(--?[\w-]+) (.*)$/s.exec(flag) ?? [];
  const words = value === undefined ? [flag] : [name, value];
  return words.map((word) => (/[\s"\\]/.test(word) ? `"${word.replace(/["\\]/g, '\\$&')}"` : word)).join(' ');
}
