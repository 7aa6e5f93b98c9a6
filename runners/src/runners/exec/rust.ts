import { existsSync } from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec, Runner } from '../../runner.ts';
import { folderOf, nearestFolderWith } from '../nearest-folder.ts';
import { buildFailure, type ExecTools, execRunner, type RunCommand, type Unavailable } from './exec-runner.ts';

const PROGRAM = process.platform === 'win32' ? 'bootstrap.exe' : 'bootstrap';

const RUNTIMES = /^provided/;

/** Builds Rust functions that use `lambda_runtime`, and runs the program. The entry is a crate or a source of its program. */
export function createRustRunner(): Runner {
  return execRunner({
    name: 'rust',
    claims: (fn) => RUNTIMES.test(fn.runtime) && isCrate(fn),
    runtimes: RUNTIMES,
    run: buildAndRun,
    watch: (fn) => [{ path: crateOf(fn), extensions: ['.rs', '.toml', '.lock'], ignored: ['target'] }],
  });
}

function isCrate({ entry }: FunctionSpec): boolean {
  return entry.endsWith('.rs') || existsSync(join(entry, 'Cargo.toml'));
}

function crateOf({ entry }: FunctionSpec): string {
  return nearestFolderWith(['Cargo.toml'], entry) ?? folderOf(entry);
}

/** Only cargo's own messages tell which program it built, and where. */
async function buildAndRun(fn: FunctionSpec, tools: ExecTools): Promise<RunCommand | Unavailable> {
  const cwd = crateOf(fn);
  const build = { command: 'cargo', args: ['build', '--bins', '--message-format=json-render-diagnostics'], cwd };
  const result = await tools.run(build);
  if (!result.succeeded) {
    const output = result.output.filter((line) => !line.startsWith('{"reason"'));
    return { unavailable: buildFailure(build, { ...result, output }) };
  }
  const programs = result.stdout.flatMap(builtProgram);
  const program =
    programs.find(({ source }) => source === fn.entry) ?? (programs.length === 1 ? programs[0] : undefined);
  if (program === undefined) {
    const choice = programs.map(({ source }) => source).join(', ') || 'none';
    return {
      unavailable: `its crate ${cwd} has not one program but these: ${choice}. Name the source of one as the entry of the function.`,
    };
  }
  const command = join(await tools.outputFolder(), PROGRAM);
  await copyFile(program.path, `${command}.next`);
  // In one step, and beside the file of a program that still runs.
  await rename(`${command}.next`, command);
  return { command, args: [] };
}

/** Source: The Cargo Book, "External tools", JSON messages: `compiler-artifact`. */
function builtProgram(line: string): { readonly path: string; readonly source: string }[] {
  if (!line.startsWith('{')) return [];
  try {
    const message = JSON.parse(line) as {
      readonly reason?: string;
      readonly executable?: string | null;
      readonly target?: { readonly src_path?: string };
    };
    if (message.reason !== 'compiler-artifact' || typeof message.executable !== 'string') return [];
    return [{ path: message.executable, source: message.target?.src_path ?? '' }];
  } catch {
    // A build script may print what looks like the start of a message.
    return [];
  }
}
