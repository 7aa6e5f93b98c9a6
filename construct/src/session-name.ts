/** Names the session that a deploy is for, in place of the one in code. */
export const SESSION_CONTEXT_KEY = 'live-lambda-session';

const DEFAULT_SESSION = 'default';

/**
 * The session of an app's stubs: as the context says, else as the options do.
 *
 * @throws Error if there is one without a name
 */
export function parseSession(context: Readonly<Record<string, unknown>>, given: string = DEFAULT_SESSION): string {
  const session = SESSION_CONTEXT_KEY in context ? context[SESSION_CONTEXT_KEY] : given;
  if (typeof session === 'string' && session.trim() !== '') return session;
  throw new Error(
    SESSION_CONTEXT_KEY in context
      ? `live-lambda: the context value ${SESSION_CONTEXT_KEY}=${JSON.stringify(session)} is no name of a session.`
      : 'live-lambda: session of attach() must not be empty.',
  );
}
