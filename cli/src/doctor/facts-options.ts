import type { GivenFlags } from '../config/settings.ts';

export interface FactsOptions {
  readonly flags: GivenFlags;
  /** This process's own: a local emulator's keys are put into it. */
  readonly environment: Record<string, string | undefined>;
  readonly currentFolder: string;
  readonly cacheFolder: string;
  /** Of this command line. */
  readonly release: string;
  readonly nodeVersion: string;
}
