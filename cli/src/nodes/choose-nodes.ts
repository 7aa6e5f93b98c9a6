import type { FetchResult, NodeChoice } from '@live-lambda/runner';
import type { Setting } from '../config/settings.ts';
import { consentOf, keepConsent, readConsent } from './consent.ts';

/** Within the cache folder of this command line. */
export const fetchedNodesFolder = 'node';

export interface NodesOptions {
  /** Lambda runtime identifiers of the live functions. */
  readonly runtimes: readonly string[];
  readonly find: (runtime: string) => Promise<NodeChoice>;
  readonly fetch: (major: number) => Promise<FetchResult>;
  readonly setting: Setting<boolean | undefined>;
  /** Where the developer's answer is kept. */
  readonly configFolder: string;
  /** Asks the developer, who may give no answer; undefined where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<boolean | undefined>) | undefined;
}

/** The Node of each runtime, and what is to be told of it. */
export interface ChosenNodes {
  readonly byRuntime: ReadonlyMap<string, NodeChoice>;
  readonly warnings: readonly string[];
}

/**
 * Finds the Node of each runtime, and fetches what is missing where the developer agrees: who was asked once is not asked
 * again. What cannot be had is a warning, and the running Node stands in.
 */
export async function chooseNodes(options: NodesOptions): Promise<ChosenNodes> {
  const runtimes = [...new Set(options.runtimes)].filter((runtime) => runtime.startsWith('nodejs'));
  const found = await Promise.all(runtimes.map(async (runtime) => [runtime, await options.find(runtime)] as const));
  const missing = found.flatMap(([, choice]) => (choice.match === 'exact' ? [] : [choice]));
  const fetchable = distinctMajors(missing.filter((choice) => choice.fetchable !== undefined));
  const agreed = fetchable.length > 0 && (await mayFetch(fetchable, options));
  const failures: string[] = [];
  for (const { wantedMajor } of agreed ? fetchable : []) {
    const result = await options.fetch(wantedMajor);
    if (result.type === 'failed') failures.push(result.reason);
  }
  const byRuntime = new Map(
    await Promise.all(
      found.map(async ([runtime, choice]) => {
        const again = agreed && choice.match !== 'exact';
        return [runtime, again ? await options.find(runtime) : choice] as const;
      }),
    ),
  );
  const left = distinctMajors([...byRuntime.values()].filter(({ match }) => match !== 'exact'));
  return { byRuntime, warnings: [...failures, ...left.map((choice) => warningOf(choice, agreed))] };
}

async function mayFetch(fetchable: readonly NodeChoice[], options: NodesOptions): Promise<boolean> {
  const { setting, configFolder, ask } = options;
  const remembered = await readConsent(configFolder);
  const consent = consentOf({ setting, remembered, canAsk: ask !== undefined });
  // Who says yes on the command line has said it for good; a setting of the project is the project's.
  if (consent === 'fetch' && setting.layer === 'flag') await keepConsent(configFolder, true);
  if (consent !== 'ask' || !ask) return consent === 'fetch';
  const majors = fetchable.map(({ wantedMajor }) => wantedMajor).join(' and ');
  const packages = fetchable.map(({ fetchable: name }) => name).join(', ');
  const answer = await ask(
    `Functions of this app run on Node ${majors} in Lambda, which is not on this machine. Fetch it from the npm registry (${packages}, some 45 MB each), now and whenever one is missing?`,
  );
  if (answer !== undefined) await keepConsent(configFolder, answer);
  return answer ?? false;
}

function warningOf({ notes, fetchable }: NodeChoice, agreed: boolean): string {
  const how = fetchable === undefined || agreed ? '' : ' --fetch-node fetches it.';
  return notes.join(' ') + how;
}

function distinctMajors(choices: readonly NodeChoice[]): readonly NodeChoice[] {
  return [...new Map(choices.map((choice) => [choice.wantedMajor, choice])).values()];
}
