import { styleText } from 'node:util';

export const say = (text = '') => console.log(text);

/** Of a long text its beginning. */
export function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 120)} ... (${text.length} characters)` : text;
}

/** What stands before an answer, and before an error that callers get instead. */
export const mark = ({ failed }: { readonly failed: boolean }) =>
  failed ? styleText('yellow', 'error ') : styleText('green', 'answer');
