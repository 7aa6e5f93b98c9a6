import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeScriptCovs } from '@bcoe/v8-coverage';
import { convert } from 'ast-v8-to-istanbul';
import { parseAstAsync } from 'vitest/node';
import { root } from '../run.mjs';
import { addCoverage, type CoverageMap, type FileCoverage } from './file-coverage.ts';

type ScriptCoverage = Profiler.ScriptCoverage;

/** The stub is unpacked wherever a function is deployed; what is there is what was built. */
function builtFileOf(url: string): string {
  const [, unpacked] =
    /\/live-lambda\/((?:stub|deployed-code|handler)\.c?js)$/.exec(url) ??
    /\/stub\/dist\/((?:stub|deployed-code)\.cjs)$/.exec(url) ??
    [];
  if (unpacked) return join(root, 'stub', 'dist', 'with-maps', unpacked);
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}

/** What all programs noted, by the compiled file; the same words of many programs count once. */
async function readNotes(folder: string): Promise<ReadonlyMap<string, readonly ScriptCoverage[]>> {
  const notes = new Map<string, Map<string, ScriptCoverage>>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.jsonl'))) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      const script = parse(line);
      if (!script) continue;
      const file = builtFileOf(script.url);
      const known = notes.get(file) ?? new Map<string, ScriptCoverage>();
      notes.set(file, known);
      known.set(JSON.stringify(script.functions), { ...script, scriptId: '0', url: pathToFileURL(file).href });
    }
  }
  return new Map([...notes].map(([file, scripts]) => [file, [...scripts.values()]]));
}

/** The last line of a program that was killed may be a part of one. */
function parse(line: string): ScriptCoverage | undefined {
  try {
    return JSON.parse(line) as ScriptCoverage;
  } catch {
    return undefined;
  }
}

/** Some of what a bundle holds is no file, such as a module that was made while it was bundled. */
function sourceFileOf(source: string, file: string): string {
  const base = pathToFileURL(file).href;
  if (!URL.canParse(source, base)) return source;
  const url = new URL(source, base);
  return url.protocol === 'file:' ? fileURLToPath(url) : source;
}

async function convertScript(file: string, script: ScriptCoverage): Promise<readonly FileCoverage[]> {
  if (!existsSync(`${file}.map`)) return [];
  const code = readFileSync(file, 'utf8');
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { readonly sources: readonly string[] };
  const sources = map.sources.map((source) => sourceFileOf(source, file));
  const converted = await convert({
    code,
    ast: parseAstAsync(code),
    sourceMap: { ...map, sources } as never,
    coverage: script,
  });
  return Object.values(converted as unknown as Record<string, FileCoverage>);
}

/** What programs that tests started ran, by source file. */
export async function readChildCoverage(folder: string): Promise<CoverageMap> {
  const files = new Map<string, FileCoverage>();
  for (const [file, scripts] of await readNotes(folder)) {
    const merged = mergeScriptCovs([...scripts]);
    if (!merged || !existsSync(file)) continue;
    for (const source of await convertScript(file, merged as ScriptCoverage)) {
      const known = files.get(source.path);
      files.set(source.path, known ? addCoverage(known, source) : source);
    }
  }
  return files;
}
