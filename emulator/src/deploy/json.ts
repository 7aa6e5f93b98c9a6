/** Any value of a template. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object itself, or an empty one in place of anything else. */
export const objectOrEmpty = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** The list itself, or an empty one in place of anything else. */
export const listOrEmpty = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];

/** A string, or a number or boolean as CloudFormation writes it where it wants text. */
export const textOrUndefined = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** A number, also when it was written as text. */
export const numberOrUndefined = (value: JsonValue | undefined): number | undefined => {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
};

/** The members of an object that are text. */
export const textMembers = (value: JsonValue | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(objectOrEmpty(value)).flatMap(([name, member]) => {
      const text = textOrUndefined(member);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
