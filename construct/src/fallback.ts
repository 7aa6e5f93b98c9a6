import { Lazy, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { FunctionProperties } from './template-facts.ts';

/**
 * The most layers that a function may have.
 * {@link https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html}
 */
const MAX_LAYERS = 5;

/** The oldest Node.js that the stub is built for. */
const MIN_NODE_MAJOR = 20;

/** Lambda's own value where a template says nothing. */
const DEFAULT_MEMORY_MB = 128;

/**
 * What a function needs at least. The stub is a Node.js process beside that of the code: with the pages that both share
 * counted once it takes 12 MB, and up to 45 MB while it carries the largest payloads. Of Lambda's smallest size, 128 MB,
 * a Node.js runtime alone takes more than half.
 */
const MIN_MEMORY_MB = 192;

/** {@link https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html} */
const MANAGED_INSTANCES =
  'it runs on Lambda Managed Instances, where one execution environment takes several invocations at once, and the stub ' +
  'before the code takes one.';

const REPLACE_ADVICE = 'In mode replace it can be live: LiveLambda.configure(fn, { mode: LiveLambdaMode.REPLACE }).';

/** @returns why the stub could not stand beside this function's code, or undefined if nothing is in its way */
export function findFallbackHazard(properties: FunctionProperties): string | undefined {
  const { Runtime: runtime, Layers: layers, MemorySize: memoryMb = DEFAULT_MEMORY_MB } = properties;
  const hazard = properties.CapacityProviderConfig === undefined ? runtimeHazard(runtime) : MANAGED_INSTANCES;
  if (hazard !== undefined) return `${hazard} ${REPLACE_ADVICE}`;
  if (Array.isArray(layers) && layers.length >= MAX_LAYERS) {
    return `it has ${layers.length} layers already, and Lambda allows ${MAX_LAYERS}, of which mode fallback needs one. Remove one. ${REPLACE_ADVICE}`;
  }
  if (typeof memoryMb === 'number' && memoryMb < MIN_MEMORY_MB) {
    return `it has ${memoryMb} MB of memory, and mode fallback needs ${MIN_MEMORY_MB}: the stub and its own code run beside each other. Raise memorySize. ${REPLACE_ADVICE}`;
  }
  return undefined;
}

function runtimeHazard(runtime: unknown): string | undefined {
  // Known only at deploy.
  if (typeof runtime !== 'string') return undefined;
  if (runtime.startsWith('provided')) {
    return `its runtime ${runtime} starts no exec wrapper, through which mode fallback puts the stub before the code.`;
  }
  const major = /^nodejs(\d+)\./.exec(runtime)?.[1];
  if (major === undefined) {
    return `mode fallback runs the stub on the Node.js of the function's own runtime, and ${runtime} has none.`;
  }
  if (Number(major) >= MIN_NODE_MAJOR) return undefined;
  return `the stub needs Node.js ${MIN_NODE_MAJOR} or newer, and mode fallback keeps the function's own runtime, ${runtime}.`;
}

export interface LayerRequest {
  readonly layer: lambda.CfnLayerVersion;
  /** The function's properties before the swap. */
  readonly properties: FunctionProperties;
}

/** Adds the stub behind the function's own layers, so that it covers nothing of theirs. */
export function addStubLayer(resource: lambda.CfnFunction, { layer, properties }: LayerRequest): void {
  const stack = Stack.of(resource);
  const original = resource.layers;
  const declared = stack.resolve(original) ?? [];
  resource.layers = Lazy.uncachedList({
    produce: (context) => [...(context.resolve(original) ?? []), layer.ref],
  });
  const final = Array.isArray(properties.Layers) ? properties.Layers : [];
  // An app's raw override would win over the property.
  if (JSON.stringify(final) !== JSON.stringify(declared)) {
    resource.addPropertyOverride('Layers', [...final, layer.ref]);
  }
}
