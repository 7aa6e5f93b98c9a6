import { type Command, Config } from '@oclif/core';

type Loadable = Command.Loadable;
type Flag = Command.Flag.Cached;

const heading = '## Reference';

/** The end of docs/commands.md: every command of live-lambda's own with its arguments and flags, as its help has them. */
export async function commandReference(): Promise<string> {
  const config = await Config.load(new URL('../..', import.meta.url).pathname);
  const own = config.commands.filter(({ pluginName, hidden }) => pluginName === config.name && !hidden);
  const sections = own.toSorted((one, other) => (one.id < other.id ? -1 : 1)).map(section);
  return [
    heading,
    '',
    'What `--help` says of each command. Written by `npm run reference -w live-lambda`.',
    '',
    ...sections,
  ].join('\n');
}

/** The document with this reference at its end. */
export function withReference(document: string, reference: string): string {
  const [own = ''] = document.split(`${heading}\n`);
  return `${own}${reference}`;
}

function section({ id, summary = '', description = '', args, flags }: Loadable): string {
  const name = id.replaceAll(':', ' ');
  const places = Object.values(args).map(({ name: arg, required }) => (required ? arg : `[${arg}]`).toUpperCase());
  const rows = [
    ...Object.values(args).map(({ name: arg, description: text = '' }) => [`\`${arg.toUpperCase()}\``, text] as const),
    ...Object.values(flags).map((flag) => [`\`${flagText(flag)}\``, meaning(flag)] as const),
  ];
  return [
    `### live-lambda ${name}`,
    '',
    `${summary}${/[.:]$/.test(summary) ? '' : '.'} ${description}`.trim(),
    '',
    ...(places.length === 0 ? [] : [`\`live-lambda ${[name, ...places].join(' ')}\``, '']),
    ...(rows.length === 0 ? [] : [...table([['argument or flag', 'meaning'], ...rows]), '']),
  ].join('\n');
}

/** As Biome formats it; the first row is its head. */
function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

function flagText(flag: Flag): string {
  const long = flag.type === 'boolean' && flag.allowNo ? `--[no-]${flag.name}` : `--${flag.name}`;
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : '';
  return `${flag.char ? `-${flag.char}, ` : ''}${long}${value}`;
}

function meaning(flag: Flag): string {
  const choices = flag.type === 'option' && flag.options ? `. One of: ${flag.options.join(', ')}` : '';
  return `${flag.summary ?? flag.description ?? ''}${choices}`;
}
