/** Which bit of a text is another. Both are drawn, and lie between 0 and 1. */
export interface Corruption {
  /** Where in the text the search for a place starts. */
  readonly place: number;
  /** Which bit of the character there is tried first. */
  readonly bit: number;
}

/** The bits of a character of ASCII. */
const bitsPerCharacter = 7;

/** How many characters are tried before a text is left as it is, so that a hostile text costs little. */
const maxPlaces = 64;

/** Printable ASCII that means nothing of its own within a JSON string. */
const isPlain = (code: number): boolean => code >= 0x20 && code <= 0x7e && code !== 0x22 && code !== 0x5c;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const flipAt = (text: string, index: number, bit: number): string | undefined => {
  const code = text.charCodeAt(index);
  const flipped = code ^ (1 << bit);
  if (!isPlain(code) || !isPlain(flipped)) return undefined;
  const changed = text.slice(0, index) + String.fromCharCode(flipped) + text.slice(index + 1);
  return isJson(changed) ? changed : undefined;
};

/** Flips one bit of a JSON text so that it stays one; the text itself where no bit near the place allows it. */
export const corruptText = (text: string, corruption: Corruption): string => {
  const start = Math.floor(corruption.place * text.length);
  const firstBit = Math.floor(corruption.bit * bitsPerCharacter);
  for (let step = 0; step < Math.min(maxPlaces, text.length); step += 1) {
    const index = (start + step) % text.length;
    for (let turn = 0; turn < bitsPerCharacter; turn += 1) {
      const changed = flipAt(text, index, (firstBit + turn) % bitsPerCharacter);
      if (changed !== undefined) return changed;
    }
  }
  return text;
};
