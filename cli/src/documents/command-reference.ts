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
  const table = [
    '| argument or flag | meaning |',
    '| --- | --- |',
    ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
  ];
  return [
    `### live-lambda ${name}`,
    '',
    `${summary}${/[.:]$/.test(summary) ? '' : '.'} ${description}`.trim(),
    '',
    ...(places.length === 0 ? [] : [`\`live-lambda ${[name, ...places].join(' ')}\``, '']),
    ...(rows.length === 0 ? [] : [...table, '']),
  ].join('\n');
}

function flagText(flag: Flag): string {
  const long = flag.type === 'boolean' && flag.allowNo ? `--[no-]${flag.name}` : `--${flag.name}`;
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : '';
  return `${flag.char ? `-${flag.char}, ` : ''}${long}${value}`;
}

function meaning(flag: Flag): string {
  const choices = flag.type === 'option' && flag.options ? ` One of: ${flag.options.join(', ')}.` : '';
  return `${flag.summary ?? flag.description ?? ''}${choices}`;
}
