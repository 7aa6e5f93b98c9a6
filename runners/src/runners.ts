import type { Runner } from './runner.ts';
import { tsxRunner } from './tsx-runner.ts';

/** The runners that come with this package. */
export const BUILT_IN_RUNNERS: readonly Runner[] = [tsxRunner];
