import type { Section } from '../conformance-case.ts';
import { CALLBACKS } from './callbacks.ts';
import { CONTEXT_AND_ENVIRONMENT } from './context-and-environment.ts';
import { ERRORS } from './errors.ts';
import { INITIALISATION } from './initialisation.ts';
import { LOGS } from './logs.ts';
import { PROCESS_LEVEL } from './process-level.ts';
import { RESOLUTION } from './resolution.ts';
import { RESULTS } from './results.ts';
import { STREAMING } from './streaming.ts';

/** The whole suite. */
export const SECTIONS: readonly Section[] = [
  RESULTS,
  ERRORS,
  CALLBACKS,
  PROCESS_LEVEL,
  RESOLUTION,
  INITIALISATION,
  CONTEXT_AND_ENVIRONMENT,
  STREAMING,
  LOGS,
];
