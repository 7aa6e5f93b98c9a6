/** Text of one look: a part of a line of a terminal. */
interface Run {
  readonly column: number;
  readonly text: string;
  readonly look: Look;
}

interface Look {
  readonly colour: string | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

/** What one terminal shows. */
export interface TerminalScreen {
  readonly title: string;
  /** With the escape sequences of ECMA-48 for colours and weights (SGR), and no others. */
  readonly lines: readonly string[];
}

const plain: Look = { colour: undefined, isBold: false, isDim: false };

/** Foreground colours by their SGR number, as they can be read on a dark ground. Source: ECMA-48, 8.3.117. */
const colours: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  90: '#8b949e',
};
const foreground = '#e6edf3';
const dimmed = '#8b949e';
const background = '#0d1117';
const frame = '#30363d';

const fontSize = 14;
/** Of a monospaced font, in pixels; `textLength` makes every font keep to it. */
const columnWidth = 8.4;
const lineHeight = 19;
const margin = 16;
const titleHeight = 28;

/** A picture of terminals, one below the other. */
export function terminalSvg(screens: readonly TerminalScreen[]): string {
  const parsed = screens.map(({ title, lines }) => ({ title, lines: lines.map(runsOf) }));
  const columns = Math.max(...parsed.flatMap(({ lines }) => lines.map(lengthOf)));
  const width = Math.ceil(columns * columnWidth + 2 * margin);
  let top = 0;
  const drawn = parsed.map((screen) => {
    const height = titleHeight + screen.lines.length * lineHeight + margin;
    const picture = drawScreen(screen, { top, width, height });
    top += height + margin;
    return picture;
  });
  const height = top - margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${fontSize}">`,
    `<title>${escaped(screens.map(({ title }) => title).join('; '))}</title>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function drawScreen(
  { title, lines }: { readonly title: string; readonly lines: readonly (readonly Run[])[] },
  { top, width, height }: { readonly top: number; readonly width: number; readonly height: number },
): string {
  const baseline = (line: number) => top + titleHeight + (line + 1) * lineHeight - 5;
  return [
    `<rect x="0.5" y="${top + 0.5}" width="${width - 1}" height="${height - 1}" rx="8" fill="${background}" stroke="${frame}"/>`,
    `<text x="${margin}" y="${top + 19}" fill="${dimmed}" font-size="12">${escaped(title)}</text>`,
    ...lines.flatMap((runs, line) => runs.map((run) => drawRun(run, baseline(line)))),
  ].join('\n');
}

function drawRun({ column, text, look }: Run, y: number): string {
  const fill = look.colour ?? (look.isDim ? dimmed : foreground);
  const weight = look.isBold ? ' font-weight="bold"' : '';
  const x = (margin + column * columnWidth).toFixed(1);
  const length = ([...text].length * columnWidth).toFixed(1);
  return `<text x="${x}" y="${y}" fill="${fill}"${weight} textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escaped(text)}</text>`;
}

/** The parts of a line; spaces alone are left out. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  let look = plain;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const [, codes] = /^\x1b\[([\d;]*)m$/.exec(part) ?? [];
    if (codes !== undefined) {
      look = codes.split(';').map(Number).reduce(changed, look);
      continue;
    }
    const start = part.length - part.trimStart().length;
    if (part.trim() !== '') runs.push({ column: column + start, text: part.trim(), look });
    column += [...part].length;
  }
  return runs;
}

/** Source: ECMA-48, 8.3.117, SELECT GRAPHIC RENDITION. */
function changed(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, isDim: true };
  if (code === 22) return { ...look, isBold: false, isDim: false };
  if (code === 39) return { ...look, colour: undefined };
  return code in colours ? { ...look, colour: colours[code] } : look;
}

function lengthOf(runs: readonly Run[]): number {
  return Math.max(0, ...runs.map(({ column, text }) => column + [...text].length));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
