import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { startSupervisedProcess } from '@live-lambda/runner';
import { UserError } from '../user-error.ts';
import {
  installCommand,
  installedFiles,
  type PackageCommand,
  type ProjectPackage,
  uninstallCommand,
} from './package-manager.ts';

/** Lines of a package manager's output that are shown when it failed. */
const maxShownLines = 12;

/** Starts a command and waits for its end. @throws UserError with the end of its output when it failed. */
export type RunPackageCommand = (command: PackageCommand) => Promise<void>;

/**
 * Runs a package manager of this machine.
 * @param environment of this process, of which what belongs to a script that npm runs is left out
 */
export function packageManagerRunner(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): RunPackageCommand {
  const env = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || isOfScript(name) ? [] : [[name, /^path$/i.test(name) ? ownProgramsFirst(value) : value]],
    ),
  );
  return async (given) => {
    const lines: string[] = [];
    // On Windows they are command files, which only the command processor starts.
    const { command, args, cwd } =
      platform === 'win32'
        ? { ...given, command: 'cmd.exe', args: ['/d', '/s', '/c', given.command, ...given.args] }
        : given;
    const end = await startSupervisedProcess({
      command,
      args,
      cwd,
      env,
      onOutput: ({ text }) => {
        lines.push(text);
        if (lines.length > maxShownLines) lines.shift();
      },
    }).ended;
    if (end.type === 'exited' && end.code === 0) return;
    const text = [given.command, ...given.args].join(' ');
    if (end.type === 'not-started') {
      throw new UserError(
        `${given.command} could not be started: ${end.reason}.`,
        `The project in ${given.cwd} uses ${given.command}: install it, for example with \`corepack enable\`.`,
      );
    }
    const code = end.type === 'exited' ? `code ${end.code}` : end.signal;
    throw new UserError(
      `\`${text}\` in ${given.cwd} failed (${code}):\n${lines.join('\n')}`,
      'Mend what it says, then try again.',
    );
  };
}

/**
 * npx and scripts put the programs of installed packages first, and among those of a dependency may be an npm or a yarn
 * that is not the developer's.
 */
function ownProgramsFirst(path: string): string {
  const folders = path.split(delimiter);
  const isOfPackages = (folder: string) => /[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder);
  return [...folders.filter((each) => !isOfPackages(each)), ...folders.filter(isOfPackages)].join(delimiter);
}

/** What npm sets for the scripts that it runs would steer another npm. Source: npm documentation, "scripts". */
function isOfScript(name: string): boolean {
  return /^(npm_(package|lifecycle|command|execpath|node_execpath)|npm_config_local_prefix$|INIT_CWD$)/i.test(name);
}

/** Something that was installed, and can be taken away without a trace in the project's files. */
export interface Installation {
  undo(): Promise<void>;
}

/** @throws UserError when it could not be installed; the project's files are as they were. */
export async function install(
  target: ProjectPackage,
  spec: string,
  { name, run }: { readonly name: string; readonly run: RunPackageCommand },
): Promise<Installation> {
  const restore = await keepFiles(target);
  try {
    await run(installCommand(target, spec));
  } catch (error) {
    await restore();
    throw error;
  }
  return {
    async undo() {
      // What it leaves in node_modules harms nobody once the project's files are as before.
      await run(uninstallCommand(target, name)).catch(() => undefined);
      await restore();
    },
  };
}

/** Reads what an installation may write. @returns a function that puts all of it back. */
async function keepFiles({ folder, root }: ProjectPackage): Promise<() => Promise<void>> {
  const files = [...new Set([folder, root])].flatMap((each) => installedFiles.map((file) => join(each, file)));
  const kept = await Promise.all(
    files.map(async (file) => ({ file, bytes: existsSync(file) ? await readFile(file) : undefined })),
  );
  return async () => {
    for (const { file, bytes } of kept) {
      if (bytes === undefined) await rm(file, { force: true });
      else await writeFile(file, bytes);
    }
  };
}
