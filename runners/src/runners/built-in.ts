import type { Runner } from '../runner.ts';
import { createEsbuildRunner } from './esbuild/esbuild-runner.ts';
import { createGoRunner } from './exec/go.ts';
import { createJavaRunner } from './exec/java.ts';
import { createPythonRunner } from './exec/python.ts';
import { createRustRunner } from './exec/rust.ts';
import { createCjsRunner, createEsmRunner } from './native-modules.ts';
import { type NodeFor, runningNode } from './runtime-node.ts';
import { createTsxRunner } from './tsx.ts';

export interface BuiltInRunnersOptions {
  /** The Node for each runtime; the running one if not given. */
  readonly nodeFor?: NodeFor;
}

/**
 * The runners that come with this package, in the order in which they are asked whether they claim a function:
 * `esbuild` what the app bundles, `esm` and `cjs` what Node runs as it is, `tsx` the rest of Node, then other languages.
 */
export function builtInRunners({ nodeFor = runningNode }: BuiltInRunnersOptions = {}): readonly Runner[] {
  return [
    createEsbuildRunner({ nodeFor }),
    createEsmRunner({ nodeFor }),
    createCjsRunner({ nodeFor }),
    createTsxRunner({ nodeFor }),
    createPythonRunner(),
    createGoRunner(),
    createRustRunner(),
    createJavaRunner(),
  ];
}

/** The built-in runners on the Node that runs this program. */
export const BUILT_IN_RUNNERS: readonly Runner[] = builtInRunners();
