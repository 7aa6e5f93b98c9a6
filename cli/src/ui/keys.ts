import type { SessionView } from './session-view.ts';

/** What the keys do now: act at once, move through the functions to choose one for an action, or answer a question. */
export type KeyState =
  | { readonly name: 'acting' }
  /** Whether to take the session over: y does, any other key does not. */
  | { readonly name: 'confirming' }
  | { readonly name: 'choosing'; readonly action: FunctionAction; readonly index: number };

type FunctionAction = 'open' | 'restart';

/** What a key asks for. */
export type KeyAction =
  | { readonly type: FunctionAction; readonly function: string }
  | { readonly type: 'clear' | 'pause' | 'resume' | 'help' | 'quit' | 'take-over' }
  | { readonly type: 'suspend' };

export interface KeyResult {
  readonly state: KeyState;
  readonly action?: KeyAction;
}

/** As Node's `readline` tells a key. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

export const acting: KeyState = { name: 'acting' };

/** What there is, for people. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ['o', 'open the file of the function that was invoked last in your editor'],
  ['f', 'choose a function, and open its file'],
  ['r', 'choose a function, build it anew and start its processes again'],
  ['p', 'pause, and go on: what comes meanwhile is held, until its time is over'],
  ['t', 'take the session over from a tunnel that holds it, which finishes what it runs'],
  ['c', 'clear the screen'],
  ['q', 'quit, as Ctrl-C; twice: at once'],
];

/** What keys do once somebody has to be asked whether to take the session over: who is choosing is not disturbed. */
export function askedToTakeOver(state: KeyState): KeyState {
  return state.name === 'acting' ? { name: 'confirming' } : state;
}

export function keyPressed(state: KeyState, key: Key, view: SessionView): KeyResult {
  const name = (key.name ?? key.sequence ?? '').toLowerCase();
  if (key.ctrl && name === 'c') return { state: acting, action: { type: 'quit' } };
  if (key.ctrl && name === 'z') return { state, action: { type: 'suspend' } };
  if (key.ctrl) return { state };
  if (state.name === 'confirming')
    return name === 'y' ? { state: acting, action: { type: 'take-over' } } : { state: acting };
  return state.name === 'choosing' ? choosing(state, name, view) : atOnce(key.sequence === '?' ? '?' : name, view);
}

function atOnce(name: string, view: SessionView): KeyResult {
  const last = view.lastInvoked ?? view.functions[0]?.id;
  switch (name) {
    case 'o':
      return last === undefined ? { state: acting } : { state: acting, action: { type: 'open', function: last } };
    case 'f':
      return choose('open', view);
    case 'r':
      return choose('restart', view);
    case 'p':
      if (view.phase === 'paused') return { state: acting, action: { type: 'resume' } };
      return view.phase === 'ready' ? { state: acting, action: { type: 'pause' } } : { state: acting };
    case 't':
      return view.holder === undefined ? { state: acting } : { state: { name: 'confirming' } };
    case 'c':
      return { state: acting, action: { type: 'clear' } };
    case 'q':
      return { state: acting, action: { type: 'quit' } };
    case '?':
    case 'h':
      return { state: acting, action: { type: 'help' } };
    default:
      return { state: acting };
  }
}

/** Begins with the function that was invoked last; where there is one only there is nothing to choose. */
function choose(action: FunctionAction, { functions, lastInvoked }: SessionView): KeyResult {
  const [only] = functions;
  if (!only) return { state: acting };
  if (functions.length === 1) return { state: acting, action: { type: action, function: only.id } };
  const index = functions.findIndex(({ id }) => id === lastInvoked);
  return { state: { name: 'choosing', action, index: Math.max(0, index) } };
}

function choosing(state: Extract<KeyState, { name: 'choosing' }>, name: string, { functions }: SessionView): KeyResult {
  const { length } = functions;
  const chosen = functions[Math.min(state.index, length - 1)];
  if (!chosen) return { state: acting };
  switch (name) {
    case 'up':
    case 'left':
      return { state: { ...state, index: (state.index + length - 1) % length } };
    case 'down':
    case 'right':
      return { state: { ...state, index: (state.index + 1) % length } };
    case 'return':
    case 'enter':
      return { state: acting, action: { type: state.action, function: chosen.id } };
    case 'escape':
    case 'q':
      return { state: acting };
    default:
      return { state };
  }
}
