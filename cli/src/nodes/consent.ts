import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Setting } from '../config/settings.ts';

/** What to do about a Node that is not installed: fetch it, leave it, ask whether to, or say how it could be fetched. */
export type Consent = 'fetch' | 'leave' | 'ask' | 'tell';

/** Who was asked once is not asked again; a flag, variable or config is stronger than the answer. */
export function consentOf(given: {
  readonly setting: Setting<boolean | undefined>;
  /** What the developer answered before. */
  readonly remembered: boolean | undefined;
  /** Whether somebody sits at a terminal. */
  readonly canAsk: boolean;
}): Consent {
  const said = given.setting.value ?? given.remembered;
  if (said !== undefined) return said ? 'fetch' : 'leave';
  return given.canAsk ? 'ask' : 'tell';
}

const fileName = 'consent.json';
const remembered = v.object({ fetchNode: v.boolean() });

/** The developer's answer, or undefined where there is none. A file that cannot be read is none. */
export async function readConsent(folder: string): Promise<boolean | undefined> {
  try {
    const parsed = v.safeParse(remembered, JSON.parse(await readFile(join(folder, fileName), 'utf8')));
    return parsed.success ? parsed.output.fetchNode : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the answer; where it cannot be kept, the question comes again. */
export async function keepConsent(folder: string, fetchNode: boolean): Promise<void> {
  const file = join(folder, fileName);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file}.new`, `${JSON.stringify({ fetchNode })}\n`);
    await rename(`${file}.new`, file);
  } catch {
    // Nothing depends on it but a question.
  }
}
