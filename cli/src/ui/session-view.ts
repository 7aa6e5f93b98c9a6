import type { LiveEvent } from '../host.ts';
import { waitingText } from './take-over-text.ts';

/** What the developer may choose from and is shown in the status line, as far as the tunnel has told. */
export interface SessionView {
  /** `ending`: another tunnel takes the session over, and what runs is finished. */
  readonly phase: 'starting' | 'ready' | 'paused' | 'ending' | 'stopped';
  /** In the order in which they were told at the start. */
  readonly functions: readonly ViewedFunction[];
  /** Id of the function that was invoked last. */
  readonly lastInvoked: string | undefined;
  /** Whose tunnel holds the session and may be asked for it. */
  readonly holder: string | undefined;
  /** How far a tunnel is that was asked for the session, in few words. */
  readonly handingOver: string | undefined;
  readonly invocations: number;
  readonly failures: number;
  /** Invocations that have no end yet, by environment and request id. */
  readonly running: ReadonlySet<string>;
}

export interface ViewedFunction {
  readonly id: string;
  /** Relative to the folder in which the tunnel runs. */
  readonly file: string;
}

export const emptyView: SessionView = {
  phase: 'starting',
  functions: [],
  lastInvoked: undefined,
  holder: undefined,
  handingOver: undefined,
  invocations: 0,
  failures: 0,
  running: new Set(),
};

/** What is known after an event. */
export function viewAfter(view: SessionView, event: LiveEvent): SessionView {
  switch (event.type) {
    case 'started':
    case 'app-changed':
      return { ...view, functions: event.functions.map(({ id, file }) => ({ id, file })) };
    case 'ready':
    case 'resumed':
      return { ...view, phase: 'ready' };
    case 'handing-over':
      return event.stacks === null ? { ...view, phase: 'ending' } : view;
    case 'paused':
      return { ...view, phase: 'paused' };
    case 'stopped':
      return { ...view, phase: 'stopped' };
    case 'take-over-offered':
      return { ...view, holder: event.owner };
    case 'taking-over':
      return { ...view, holder: undefined, handingOver: waitingText(event) };
    case 'taken-over':
      return {
        ...view,
        holder: event.outcome === 'unanswered' ? event.owner : undefined,
        handingOver: undefined,
      };
    case 'invocation-started':
      return { ...view, lastInvoked: event.function, running: new Set([...view.running, keyOf(event)]) };
    case 'invocation-finished': {
      const running = new Set(view.running);
      running.delete(keyOf(event));
      const failures = view.failures + (event.end === 'succeeded' ? 0 : 1);
      return { ...view, running, invocations: view.invocations + 1, failures };
    }
    default:
      return view;
  }
}

function keyOf({ environmentId, invocationId }: { readonly environmentId: string; readonly invocationId: string }) {
  return `${environmentId}/${invocationId}`;
}
