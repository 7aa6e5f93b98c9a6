import { nodeClientPath } from '../node/managed-runtime.ts';
import { createEsbuildRunner } from '../runners/esbuild/esbuild-runner.ts';
import { execRunner } from '../runners/exec/exec-runner.ts';
import { createCjsRunner, createEsmRunner } from '../runners/native-modules.ts';
import { runningNode } from '../runners/runtime-node.ts';
import { createTsxRunner } from '../runners/tsx.ts';
import { type ConformanceSources, NODE_SOURCES } from './conformance-sources.ts';
import { runnerConformance } from './runner-conformance.ts';

const options = { nodeFor: runningNode };

const TYPESCRIPT: ConformanceSources = {
  ...NODE_SOURCES,
  entry: 'src/index.ts',
  echo: 'export const handler = async (event: object): Promise<object> => event;\n',
};

const COMMON_JS: ConformanceSources = {
  ...NODE_SOURCES,
  entry: 'index.cjs',
  echo: 'exports.handler = async (event) => event;\n',
  changed: 'exports.handler = async () => "changed";\n',
  refusing: 'exports.handler = async () => { throw new Error("refused"); };\n',
  broken: 'exports.handler = async (event => {\n',
};

runnerConformance(createEsbuildRunner(options), {
  ...TYPESCRIPT,
  spec: { bundling: { format: 'esm', hasCommandHooks: false }, moduleHandler: 'index.handler' },
});
runnerConformance(createTsxRunner(options), TYPESCRIPT);
runnerConformance(createEsmRunner(options));
runnerConformance(createCjsRunner(options), COMMON_JS);
runnerConformance(
  execRunner({
    name: 'exec',
    claims: (fn) => fn.runtime.startsWith('nodejs'),
    // The compiler of this language: says whether the syntax is good.
    build: { command: process.execPath, args: ['--check', '{entry}'] },
    run: { command: process.execPath, args: [nodeClientPath()] },
    watch: [{ path: '{root}', extensions: ['.mjs'], ignored: [] }],
  }),
);
