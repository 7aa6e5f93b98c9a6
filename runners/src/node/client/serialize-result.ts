/**
 * The JSON of a handler's result; nothing is `null`.
 * @throws TypeError for what JSON has no word for (functions, symbols), and `onFailure()` for what it cannot write
 * (BigInt, cycles, a `toJSON` that throws).
 */
export function serializeResult(result: unknown, onFailure: () => Error): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw onFailure();
  }
  if (json === undefined) throw new TypeError('Wrong arguments');
  return json;
}

/** Lambda's text for a result that cannot be written as JSON. */
export const UNSERIALIZABLE = 'Unable to stringify response body';
