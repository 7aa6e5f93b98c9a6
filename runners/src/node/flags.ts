import { nodeMajor } from './runtime-name.ts';

/** Source: `bootstrap` of AWS's base images for Node, which sizes V8's heap by the function's memory. */
const OLD_SPACE_SHARE = 0.9;
const SEMI_SPACE_SHARE = 1 / 20;

/** Largest request or response headers that a function's own HTTP accepts. Source: as above. */
const MAX_HTTP_HEADER_BYTES = 81_920;

/** From this version on, Lambda no longer turns the detection of ES module syntax off. */
const FIRST_WITH_MODULE_DETECTION = 24;

export interface NodeFlagsOptions {
  readonly memoryMb: number;
  /** Lambda runtime identifier, for example `nodejs22.x`; that of the running Node if it is not one of Node. */
  readonly runtime: string | undefined;
  /** Whether the Node that is going to be started knows a flag; it would refuse to start with one that it does not. */
  readonly accepts: (flag: string) => boolean;
}

/**
 * The flags that Lambda starts Node with. Two of them turn features off that plain Node has, `require` of ES modules
 * and their detection by syntax: code that fails in Lambda would run without them.
 */
export function lambdaNodeFlags({ memoryMb, runtime, accepts }: NodeFlagsOptions): readonly string[] {
  const moduleFlags = ['--no-experimental-require-module'];
  if (nodeMajor(runtime) < FIRST_WITH_MODULE_DETECTION) moduleFlags.push('--no-experimental-detect-module');
  return [
    '--expose-gc',
    `--max-http-header-size=${MAX_HTTP_HEADER_BYTES}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(memoryMb * SEMI_SPACE_SHARE))}`,
    `--max-old-space-size=${Math.floor(memoryMb * OLD_SPACE_SHARE)}`,
    ...moduleFlags.filter((flag) => accepts(flag)),
  ];
}

/** Whether the Node that runs this program knows a boolean flag, given as `--no-...`. */
export function runningNodeAccepts(flag: string): boolean {
  return process.allowedNodeEnvironmentFlags.has(flag.replace(/^--no-/, '--'));
}
