import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The first of the names that exists in the directory, else in the nearest directory above it that has one. */
export function nearestFile(directory: string, names: readonly string[]): string | undefined {
  for (let current = directory; ; current = dirname(current)) {
    const found = names.map((name) => join(current, name)).find((file) => existsSync(file));
    if (found !== undefined || dirname(current) === current) return found;
  }
}
