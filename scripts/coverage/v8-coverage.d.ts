declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector';

  /** What several programs ran of one script, as if it had been one. */
  export function mergeScriptCovs(scripts: Profiler.ScriptCoverage[]): Profiler.ScriptCoverage | undefined;
}
