import { type AppFacts, gatherAppFacts } from './app-facts.ts';
import { type CloudFacts, gatherCloudFacts } from './cloud-facts.ts';
import type { FactsOptions } from './facts-options.ts';

/**
 * What checks are made of; each is gathered once, when it is first asked for.
 * All throw a PrerequisiteError when what they need is not there.
 */
export interface Facts extends AppFacts, CloudFacts {
  /** Of this command line. */
  readonly release: string;
  readonly nodeVersion: string;
}

export function createFacts(options: FactsOptions): Facts {
  const { release, nodeVersion } = options;
  const app = gatherAppFacts(options);
  return { release, nodeVersion, ...app, ...gatherCloudFacts(app, options) };
}
