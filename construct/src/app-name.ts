import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { nearestFile } from './nearest-file.ts';

/** The name in the nearest `package.json` at or above the directory, else the directory's own name. */
export function defaultAppName(directory: string): string {
  const file = nearestFile(directory, ['package.json']);
  return (file && packageName(file)) || basename(directory) || 'app';
}

function packageName(file: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`live-lambda: cannot read the app's name from ${file}: ${String(error)}. Mend it or pass appName.`);
  }
  const name: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}
