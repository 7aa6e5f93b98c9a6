import type { LiveEvent } from '../host.ts';
import type { Progress } from './progress.ts';

/** Tells from the events of a tunnel what is waited for: the steps of its start, and builds. */
export function progressOf(progress: Progress): (event: LiveEvent) => void {
  const start = 'start';
  const build = (functionId: string) => `build ${functionId}`;
  return (event) => {
    switch (event.type) {
      case 'progress':
        return progress.begin(start, event.text);
      case 'started':
        progress.end(start);
        for (const { id } of event.functions) progress.begin(build(id), `preparing ${id}`);
        return;
      case 'ready':
        return progress.end(start);
      case 'changed':
        return progress.begin(build(event.function), `building ${event.function}`);
      case 'prepared':
      case 'broken':
        return progress.end(build(event.function));
      case 'app-changed':
        for (const id of event.removed) progress.end(build(id));
        return;
      case 'stopped':
        return progress.close();
      default:
    }
  };
}
