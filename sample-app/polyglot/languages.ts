import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

export interface Language {
  readonly name: string;
  /** Of its function, in `functions`. */
  readonly folder: string;
  /** Programs by which to build, with the arguments that only ask for the version. */
  readonly needs: readonly Command[];
  /** Fetches what the function's own files pin. */
  readonly installs: readonly Command[];
  /** Succeeds once that is there. */
  readonly installed: Command;
}

const functionsFolder = join(import.meta.dirname, '../functions');

const python = join(functionsFolder, 'total-invoice/.venv', process.platform === 'win32' ? 'Scripts' : 'bin', 'python');

/** The functions in other languages, and what must be on this machine to build and run each. */
export const languages: readonly Language[] = [
  {
    name: 'Python',
    folder: 'total-invoice',
    needs: [['python3', '-m', 'venv', '--help']],
    installs: [
      ['python3', '-m', 'venv', '.venv'],
      [python, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements-local.txt'],
    ],
    installed: [python, '-c', 'import awslambdaric, stdnum'],
  },
  {
    name: 'Go',
    folder: 'reserve-stock',
    needs: [['go', 'version']],
    installs: [['go', 'mod', 'download']],
    installed: ['go', 'mod', 'verify'],
  },
  {
    name: 'Java',
    folder: 'award-points',
    needs: [
      ['javac', '-version'],
      ['mvn', '--version'],
    ],
    installs: [
      [
        'mvn',
        '--quiet',
        '--batch-mode',
        '--no-transfer-progress',
        '-Dstyle.color=never',
        'compile',
        'dependency:resolve',
      ],
    ],
    installed: ['mvn', '--quiet', '--batch-mode', '--offline', 'compile'],
  },
  {
    name: 'Rust',
    folder: 'choose-parcel',
    needs: [['cargo', '--version']],
    installs: [['cargo', 'build', '--quiet', '--locked']],
    installed: ['cargo', 'build', '--quiet', '--locked', '--offline'],
  },
];

/** Runs a command in a function's folder. */
export function run(language: Language, [program, ...args]: Command, stdio: 'ignore' | 'inherit'): boolean {
  const { status } = spawnSync(program, args, { cwd: join(functionsFolder, language.folder), stdio });
  return status === 0;
}

/** A program that is not here, and without which nothing of the language can be built. */
export function missingProgram(language: Language): string | undefined {
  return language.needs.find((command) => !run(language, command, 'ignore'))?.[0];
}
