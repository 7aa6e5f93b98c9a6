import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deployedHandler } from '../../deployed-handler.ts';
import type { FunctionSpec, Runner } from '../../runner.ts';
import { nearestFolderWith } from '../nearest-folder.ts';
import { type ExecTools, execRunner, type RunCommand, type Unavailable } from './exec-runner.ts';

/** Virtual environments by the names that tools give them. */
const VIRTUAL_ENVIRONMENTS = ['.venv', 'venv'];

/** They tell where a project begins, above the folder that is deployed. */
const PROJECT_FILES = ['cdk.json', 'pyproject.toml', 'package.json', '.git'];

const INTERPRETER = process.platform === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python');

/** Prints the version, where packages are installed, and then fails if AWS's client is not there. */
const PROBE = `import sys, sysconfig
print('%d.%d' % sys.version_info[:2], sysconfig.get_paths()['purelib'], sep='\\n', flush=True)
import awslambdaric, runtime_client`;

interface Interpreter {
  readonly path: string;
  readonly version: string;
}

const RUNTIMES = /^python/;

/** Runs Python functions by AWS's own client, `awslambdaric`, in the project's virtual environment if it has one. */
export function createPythonRunner(): Runner {
  // What was found good stays good; a process that fails later says so itself.
  const good = new Map<string, Interpreter>();
  return execRunner({
    name: 'python',
    claims: (fn) => RUNTIMES.test(fn.runtime),
    runtimes: RUNTIMES,
    run: async (fn, tools) => {
      const interpreter = await findInterpreter(fn, tools, good);
      return 'unavailable' in interpreter ? interpreter : runCommand(fn, interpreter);
    },
    watch: (fn) => [{ path: fn.root, extensions: ['.py'], ignored: ['__pycache__', 'venv'] }],
  });
}

function runCommand(fn: FunctionSpec, { path, version }: Interpreter): RunCommand {
  const wanted = fn.runtime.replace('python', '');
  const note = `it runs on Python ${version} (${path}), and on ${wanted} in Lambda.`;
  return {
    command: path,
    args: ['-m', 'awslambdaric', deployedHandler(fn)],
    ...(version === wanted ? {} : { notes: [note] }),
  };
}

async function findInterpreter(
  fn: FunctionSpec,
  tools: ExecTools,
  good: Map<string, Interpreter>,
): Promise<Interpreter | Unavailable> {
  const environment = virtualEnvironment(fn);
  const candidates = environment === undefined ? [fn.runtime, 'python3'] : [join(environment, INTERPRETER)];
  for (const path of candidates) {
    const known = good.get(path);
    if (known) return known;
    const { succeeded, stdout, output } = await tools.run({ command: path, args: ['-c', PROBE] });
    const [version, packages] = stdout;
    if (version === undefined || packages === undefined) continue;
    if (!succeeded) return withoutClient({ fn, path, packages, inEnvironment: environment !== undefined, output });
    const found = { path, version };
    good.set(path, found);
    return found;
  }
  return {
    unavailable: `there is no Python here: ${candidates.join(' and ')} could not be run. Install ${fn.runtime}, or make a virtual environment in ${ownEnvironment(fn)}.`,
  };
}

function virtualEnvironment(fn: FunctionSpec): string | undefined {
  const names = VIRTUAL_ENVIRONMENTS.map((name) => join(name, INTERPRETER));
  const folder = nearestFolderWith(names, fn.entry);
  return (
    folder && VIRTUAL_ENVIRONMENTS.map((name) => join(folder, name)).find((each) => existsSync(join(each, INTERPRETER)))
  );
}

/** Where a project has a virtual environment of its own: not among what is deployed, which would be deployed with it. */
function ownEnvironment(fn: FunctionSpec): string {
  const above = dirname(fn.root);
  return join(nearestFolderWith(PROJECT_FILES, above) ?? above, '.venv');
}

interface WithoutClient {
  readonly fn: FunctionSpec;
  readonly path: string;
  /** Where its packages are installed. */
  readonly packages: string;
  readonly inEnvironment: boolean;
  readonly output: readonly string[];
}

function withoutClient({ fn, path, packages, inEnvironment, output }: WithoutClient): Unavailable {
  const environment = ownEnvironment(fn);
  const install = inEnvironment
    ? `${path} -m pip install awslambdaric`
    : `${path} -m venv ${environment} && ${join(environment, INTERPRETER)} -m pip install awslambdaric`;
  return {
    unavailable: `${path} cannot import awslambdaric, AWS's runtime client for Python (${output.at(-1)}). Install it: ${install}`,
    files: [join(packages, 'awslambdaric', '__init__.py'), join(environment, 'pyvenv.cfg')],
  };
}
