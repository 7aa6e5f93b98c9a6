/**
 * What of a released protocol a changed one would break: a reader of the release must understand what a writer of the
 * change sends, and the other way round (Protocol Buffers Language Guide, "Updating A Message Type").
 */

/** A field as `pbjs -t json` writes it. */
export interface FieldDescriptor {
  readonly id: number;
  readonly type: string;
  readonly rule?: string;
  /** Of a map. */
  readonly keyType?: string;
}

/** A range of numbers, or a name, that may not be used again. */
type Reserved = readonly (readonly [number, number] | string)[];

/** A package, message or enum as `pbjs -t json` writes it. */
export interface Descriptor {
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly fields?: Readonly<Record<string, FieldDescriptor>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly reserved?: Reserved;
}

/** @returns one sentence for each change that breaks the release; none where both understand each other. */
export function breakingChanges(released: Descriptor, current: Descriptor): readonly string[] {
  const now = declarations(current);
  return [...declarations(released)].flatMap(([name, before]) => {
    const after = now.get(name);
    if (before.values) return after?.values ? enumChanges(name, before, after) : [`enum ${name} was removed`];
    return after?.fields ? messageChanges(name, before, after) : [`message ${name} was removed`];
  });
}

/** Messages and enums by their full names. */
function declarations(within: Descriptor, prefix = ''): Map<string, Descriptor> {
  const found = new Map<string, Descriptor>();
  for (const [name, nested] of Object.entries(within.nested ?? {})) {
    const full = `${prefix}${name}`;
    if (nested.fields || nested.values) found.set(full, nested);
    for (const [inner, descriptor] of declarations(nested, `${full}.`)) found.set(inner, descriptor);
  }
  return found;
}

function messageChanges(name: string, before: Descriptor, after: Descriptor): readonly string[] {
  const byNumber = new Map(Object.entries(after.fields ?? {}).map(([field, { id }]) => [id, field]));
  const changes = Object.entries(before.fields ?? {}).flatMap(([field, was]) => {
    const which = `field ${field} (${was.id}) of ${name}`;
    const is = after.fields?.[field];
    if (is?.id === was.id) return fieldChanges(which, { was, is, ...oneofs(field, before, after) });
    const successor = byNumber.get(was.id);
    if (successor) return [`${which}: its number is now that of ${successor}; give that one a number of its own`];
    if (is) return [`${which} now has number ${is.id}; numbers never change`];
    if (isReserved(after, was.id)) return [];
    return [`${which} was removed and its number can be used again; add "reserved ${was.id};"`];
  });
  return [...changes, ...revived(name, before, after, byNumber), ...forgotten(name, before, after)];
}

function oneofs(field: string, before: Descriptor, after: Descriptor) {
  const of = (message: Descriptor) =>
    Object.entries(message.oneofs ?? {}).find(([, { oneof }]) => oneof.includes(field))?.[0];
  return { oneofWas: of(before), oneofIs: of(after) };
}

interface FieldChange {
  readonly was: FieldDescriptor;
  readonly is: FieldDescriptor;
  readonly oneofWas: string | undefined;
  readonly oneofIs: string | undefined;
}

function fieldChanges(which: string, { was, is, oneofWas, oneofIs }: FieldChange): readonly string[] {
  if (typeOf(was) !== typeOf(is)) return [`${which} was ${typeOf(was)} and is now ${typeOf(is)}; types never change`];
  if (oneofWas !== oneofIs)
    return [`${which} was in ${oneofWas ?? 'no oneof'} and is now in ${oneofIs ?? 'no oneof'}; it has to stay`];
  return [];
}

function typeOf({ rule, keyType, type }: FieldDescriptor): string {
  if (keyType) return `map<${keyType}, ${type}>`;
  return rule ? `${rule} ${type}` : type;
}

function enumChanges(name: string, before: Descriptor, after: Descriptor): readonly string[] {
  const byNumber = new Map(Object.entries(after.values ?? {}).map(([value, number]) => [number, value]));
  const changes = Object.entries(before.values ?? {}).flatMap(([value, was]) => {
    const which = `value ${value} (${was}) of ${name}`;
    const is = after.values?.[value];
    if (is === was) return [];
    const successor = byNumber.get(was);
    if (successor !== undefined) return [`${which}: its number is now that of ${successor}; give that one its own`];
    if (is !== undefined) return [`${which} now has number ${is}; numbers never change`];
    return isReserved(after, was) ? [] : [`${which} was removed; add "reserved ${was};"`];
  });
  return [...changes, ...revived(name, before, after, byNumber), ...forgotten(name, before, after)];
}

/** Numbers that the release has reserved and that are used again: an older release still sends them. */
function revived(
  name: string,
  before: Descriptor,
  after: Descriptor,
  used: ReadonlyMap<number, string>,
): readonly string[] {
  const reused = [...used].filter(([number]) => isReserved(before, number) && !isReserved(after, number));
  return reused.map(([number, user]) => `${user} of ${name} uses number ${number}, which is reserved`);
}

/** Reservations of the release that are gone: the next change could use their numbers. */
function forgotten(name: string, before: Descriptor, after: Descriptor): readonly string[] {
  const ranges = (before.reserved ?? []).filter((each): each is readonly [number, number] => typeof each !== 'string');
  const lost = ranges.filter(([first, last]) => !isReserved(after, first) || !isReserved(after, last));
  return lost.map(([first, last]) => {
    const range = first === last ? String(first) : `${first} to ${last}`;
    return `${name} no longer reserves ${range}; add "reserved ${range};"`;
  });
}

function isReserved({ reserved }: Descriptor, number: number): boolean {
  return (reserved ?? []).some((each) => typeof each !== 'string' && number >= each[0] && number <= each[1]);
}
