export { type ConformanceSources, NODE_SOURCES } from './conformance-sources.ts';
export { type ConformanceOptions, runnerConformance } from './runner-conformance.ts';
