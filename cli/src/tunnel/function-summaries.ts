import { relative } from 'node:path';
import type { Runner } from '@live-lambda/runner';
import type { DeployedApi } from '../functions/deployment.ts';
import type { LocalFunction } from '../functions/live-functions.ts';
import type { LiveFunctionSummary } from '../host.ts';
import type { ChosenNodes } from '../nodes/choose-nodes.ts';

export interface SummaryOptions {
  readonly runnerFor: (fn: LocalFunction) => Runner;
  readonly nodes?: ChosenNodes;
  readonly currentFolder: string;
}

/**
 * What is told of each function that is served.
 * @param apis where it is deployed; a function of none has no region yet
 * @throws UserError where a function's runner is not there
 */
export function summariesOf(
  functions: readonly LocalFunction[],
  apis: readonly DeployedApi[],
  { runnerFor, nodes, currentFolder }: SummaryOptions,
): readonly LiveFunctionSummary[] {
  const regions = new Map(apis.flatMap((api) => api.functions.map((fn) => [fn.spec.id, api.endpoint.region])));
  return functions.map((fn) => {
    const { id, entry, handler, runtime } = fn.spec;
    const node = nodes?.byRuntime.get(runtime);
    return {
      id,
      file: relative(currentFolder, entry),
      handler,
      runtime,
      node: node ? { version: node.version, source: node.source } : null,
      runner: runnerFor(fn).name,
      region: regions.get(id) ?? '',
      addedVariables: Object.keys(fn.env ?? {}),
    };
  });
}
