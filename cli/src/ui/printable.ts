import type { LiveEvent } from '../host.ts';

/** Characters of one text; what a handler writes in one line may be longer, and comes in pieces of a bounded size. */
const maxTextCharacters = 2000;

/** What a terminal would obey instead of showing it: control characters, and those that turn the direction of writing. */
const unprintable = /[\p{Cc}\p{Bidi_Control}]/gu;
/** The same, but a colour or weight ("select graphic rendition", ECMA-48) is one match with its parameters. */
const unprintableOrStyle = /\p{Cc}\[[\d;]*m|[\p{Cc}\p{Bidi_Control}]/gu;

const escapeCharacter = '\u001b';
const plainStyle = `${escapeCharacter}[0m`;

/**
 * The event with every text fit for a terminal. Names, ids and error texts come over the wire, and what a handler
 * writes may repeat what it was sent: neither may move the cursor, clear the screen or set a title. A handler keeps its
 * colours.
 */
export function printableEvent(event: LiveEvent): LiveEvent {
  const isOutput = event.type === 'output';
  return JSON.parse(JSON.stringify(event), (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return isOutput && key === 'text' ? printableOutput(value) : printableText(value);
  });
}

function printableText(text: string): string {
  const shown = text.replace(unprintable, visible);
  if (shown.length <= maxTextCharacters) return shown;
  return `${shown.slice(0, maxTextCharacters)}… (${shown.length} characters)`;
}

function printableOutput(text: string): string {
  let styled = false;
  const shown = text.replace(unprintableOrStyle, (found) => {
    const [first = '', ...rest] = found;
    if (rest.length === 0) return visible(found);
    if (first !== escapeCharacter) return visible(first) + rest.join('');
    styled = true;
    return found;
  });
  return styled ? shown + plainStyle : shown;
}

/** Tabs and line ends stay; an ASCII control character gets its picture (Unicode block "Control Pictures"). */
function visible(character: string): string {
  if (character === '\n' || character === '\t') return character;
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
