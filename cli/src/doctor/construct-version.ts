import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The version of the construct library that a project has; undefined where none is found from the folder. */
export async function constructVersion(folder: string): Promise<string | undefined> {
  try {
    const file = createRequire(join(folder, 'package.json')).resolve('live-lambda-cdk/package.json');
    const { version } = JSON.parse(await readFile(file, 'utf8'));
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
