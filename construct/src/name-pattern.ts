/** How closely a name says what is meant: a construct path, a construct id, or a pattern. */
export type NameSpecificity = 'path' | 'id' | 'glob';

export interface NamePattern {
  readonly name: string;
  readonly specificity: NameSpecificity;
  /** Whether the name means what lies at this construct path. */
  readonly matches: (path: string) => boolean;
}

/**
 * Reads the name of something in the construct tree: an id, a path (with a slash), or a glob over either, in which `*`
 * stands for letters within a path segment, `**` for letters across them, and `?` for one letter. A glob without a slash
 * is held against ids.
 */
export function parseName(name: string): NamePattern {
  const ofPath = name.includes('/');
  const subject = (path: string) => (ofPath ? path : lastSegment(path));
  if (!/[*?]/.test(name)) {
    return { name, specificity: ofPath ? 'path' : 'id', matches: (path) => subject(path) === name };
  }
  const pattern = globPattern(name);
  return { name, specificity: 'glob', matches: (path) => pattern.test(subject(path)) };
}

/** The construct id at the end of a construct path. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*|[*?]|[\\^$.+()[\]{}|]/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
