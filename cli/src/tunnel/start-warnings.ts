import type { LiveApp } from '../functions/live-functions.ts';
import type { ChosenNodes } from '../nodes/choose-nodes.ts';
import { type RunnerFailure, sourceText } from '../runners/registry.ts';

/** What the developer had better know before the first event, as sentences. */
export function startWarnings(
  live: LiveApp,
  {
    runnerFailures = [],
    nodes,
  }: { readonly runnerFailures?: readonly RunnerFailure[]; readonly nodes?: ChosenNodes } = {},
): readonly string[] {
  const layers = layerWarning(live);
  return [
    ...runnerFailures.map(({ source, reason }) => `No runner by ${sourceText(source)}: ${reason}.`),
    ...live.refused.map(({ id, reason }) => `${id} is not live: ${reason}`),
    ...live.functions.flatMap(({ spec, described }) => described.warnings.map((text) => `${spec.id}: ${text}`)),
    ...(nodes?.warnings ?? []),
    ...(layers === undefined ? [] : [layers]),
  ];
}

/** Layers whose code is not on this machine, all in one. */
function layerWarning({ functions }: LiveApp): string | undefined {
  const users = new Map<string, string[]>();
  for (const { spec, described } of functions) {
    for (const { name, folder } of described.layers) {
      if (folder !== null) continue;
      const layer = name ?? 'a layer that is known only at deploy';
      users.set(layer, [...(users.get(layer) ?? []), spec.id]);
    }
  }
  if (users.size === 0) return undefined;
  const named = [...users].map(([layer, ids]) => `${layer} (${ids.join(', ')})`);
  return `Not on this machine, and missing to the functions that have them: ${named.join('; ')}. What they import from there is not found, and an extension in them does not run.`;
}
