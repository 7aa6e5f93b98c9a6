import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startSupervisedProcess } from '@live-lambda/runner';
import { projectFolders } from '../config/project-folders.ts';

/** Something that must be there before functions of a language can run, and the command that gets it. */
export interface MissingTool {
  readonly what: string;
  readonly install: string;
}

/** Runs a program to its end. @returns whether it could be started and ended well */
export type Try = (command: string, args: readonly string[]) => Promise<boolean>;

/** Looks at one machine and project. */
export interface ToolchainOptions {
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  readonly works: Try;
}

type Check = (options: ToolchainOptions) => Promise<readonly MissingTool[]>;

/** What each language needs on this machine. The functions' own packages are told where functions are prepared. */
const checks: Readonly<Record<string, Check>> = {
  async python({ folder, platform, works }) {
    const [environment] = projectFolders(folder)
      .flatMap((each) => ['.venv', 'venv'].map((name) => join(each, name)))
      .filter((each) => existsSync(join(each, interpreter(platform))));
    const python = environment === undefined ? 'python3' : join(environment, interpreter(platform));
    if (!(await works(python, ['--version']))) {
      return [{ what: 'Python 3 (python3)', install: installText(platform, 'python', 'python3 python3-venv') }];
    }
    if (await works(python, ['-c', 'import awslambdaric'])) return [];
    const pip = `${join('.venv', interpreter(platform))} -m pip install awslambdaric`;
    const install =
      environment === undefined
        ? `cd ${folder} && python3 -m venv .venv && ${pip}`
        : `${python} -m pip install awslambdaric`;
    return [{ what: "awslambdaric, AWS's runtime client for Python", install }];
  },
  go: needs('go', ['version'], { what: 'Go (go)', brew: 'go', apt: 'golang-go' }),
  async java(options) {
    if (options.platform !== 'linux') {
      return [
        { what: "Linux, for AWS's runtime client for Java", install: 'run live-lambda in a Linux container or WSL' },
      ];
    }
    const java = await needs('java', ['-version'], { what: 'Java (java)', brew: 'openjdk', apt: 'default-jdk' })(
      options,
    );
    const maven = await needs('mvn', ['--version'], { what: 'Maven (mvn)', brew: 'maven', apt: 'maven' })(options);
    return [...java, ...maven];
  },
  async rust({ works }) {
    if (await works('cargo', ['--version'])) return [];
    const install = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
    return [{ what: 'Rust (cargo)', install }];
  },
};

function needs(
  command: string,
  args: readonly string[],
  { what, brew, apt }: { readonly what: string; readonly brew: string; readonly apt: string },
): Check {
  return async ({ platform, works }) =>
    (await works(command, args)) ? [] : [{ what, install: installText(platform, brew, apt) }];
}

function interpreter(platform: NodeJS.Platform): string {
  return platform === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python');
}

const wingetIds: Readonly<Record<string, string>> = {
  python: 'Python.Python.3.13',
  go: 'GoLang.Go',
};

function installText(platform: NodeJS.Platform, brew: string, apt: string): string {
  if (platform === 'darwin') return `brew install ${brew}`;
  return platform === 'win32' ? `winget install ${wingetIds[brew] ?? brew}` : `sudo apt-get install ${apt}`;
}

/** Whether functions of a language need more than Node. */
function isLanguage(name: string): boolean {
  return Object.hasOwn(checks, name);
}

/** What is missing for a language; empty where all is there, or the name is none of a language. */
export async function missingTools(name: string, options: ToolchainOptions): Promise<readonly MissingTool[]> {
  return isLanguage(name) ? ((await checks[name]?.(options)) ?? []) : [];
}

/** For a program that says its version, in milliseconds: a shim may first look what it stands for. */
const answerLimitMs = 20_000;

/** Tries programs of this machine. */
export function tryProgram(folder: string, environment: Readonly<Record<string, string | undefined>>): Try {
  const env = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return async (command, args) => {
    const started = startSupervisedProcess({ command, args, cwd: folder, env });
    const timer = setTimeout(started.kill, answerLimitMs);
    const end = await started.ended;
    clearTimeout(timer);
    return end.type === 'exited' && end.code === 0;
  };
}
