import type { LiveEvent } from '../host.ts';

/** Whether an event is one of those that are told where nothing but errors is. */
export function isToldQuietly(event: LiveEvent, isReady: boolean): boolean {
  switch (event.type) {
    case 'note':
      return isReady && event.level === 'warning';
    case 'invocation-finished':
    case 'late-result':
      return event.end !== 'succeeded';
    // Why it ends, or why it is not alone.
    case 'handed-over':
      return true;
    case 'taken-over':
      return event.outcome !== 'ended';
    case 'output':
      // Held, for the case that its invocation fails.
      return event.requestId !== undefined;
    case 'invocation-started':
    case 'broken':
    case 'load-failed':
      return true;
    default:
      return false;
  }
}
