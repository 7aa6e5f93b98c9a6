import type { StubFailure } from '@live-lambda/protocol';
import { describe, expect, it } from 'vitest';
import { errorBody, fallbackNote, functionError } from './failure.ts';

const settings = { functionPath: 'Shop/Orders', session: 'default', httpHost: 'abc.example', mode: 'replace' as const };

function told(failure: StubFailure, given: { detail?: string; mayHaveRun?: boolean; session?: string } = {}) {
  const { detail = '', mayHaveRun = false, session = 'default' } = given;
  return functionError({ type: 'failed', failure, detail, mayHaveRun }, { ...settings, session });
}

describe('what the caller of a live function is told without a result', () => {
  it.each<readonly [StubFailure, string, RegExp, RegExp]>([
    ['nobody-answered', 'LiveLambda.NobodyAnswered', /no tunnel of session "default" answered/, /live-lambda tunnel/],
    ['api-unreachable', 'LiveLambda.ApiUnreachable', /abc\.example could not be reached/, /NAT gateway/],
    ['api-refused', 'LiveLambda.ApiRefused', /abc\.example refused/, /role/],
    ['tunnel-refused', 'LiveLambda.TunnelRefused', /does not serve it/, /deploy the app again/],
    ['tunnel-left', 'LiveLambda.TunnelLeft', /was stopped while it ran/, /live-lambda tunnel/],
    [
      'tunnel-silent',
      'LiveLambda.TunnelSilent',
      /was sent the event and has not been heard of since/,
      /If a tunnel runs, invoke again; otherwise start it with `npx live-lambda tunnel`/,
    ],
    ['out-of-time', 'LiveLambda.OutOfTime', /time was over/, /timeout/],
  ])('of %s: its own type, the function, what happened and what to do', (failure, errorType, happened, todo) => {
    const error = told(failure);
    expect(error.errorType).toBe(errorType);
    expect(error.errorMessage).toMatch(/^Shop\/Orders is live: /);
    expect(error.errorMessage).toMatch(happened);
    expect(error.errorMessage).toMatch(todo);
  });

  it('says whether the handler may have run', () => {
    expect(told('tunnel-silent', { mayHaveRun: true }).errorMessage).toContain('The handler may have run.');
    expect(told('nobody-answered').errorMessage).toContain('The handler did not run.');
  });

  it('gives the detail where there is one', () => {
    expect(told('api-refused', { detail: 'AccessDeniedException' }).errorMessage).toContain(
      'refused (AccessDeniedException).',
    );
    expect(told('api-refused').errorMessage).toContain('refused.');
    expect(told('nobody-answered', { detail: 'one by another key was ignored' }).errorMessage).toContain(
      'answered (one by another key was ignored).',
    );
  });

  it('names a session that is not the default one, in which the tunnel is to be started', () => {
    expect(told('nobody-answered', { session: 'ada' }).errorMessage).toMatch(
      /of session "ada" answered.*that was deployed as session "ada"/,
    );
    expect(told('nobody-answered').errorMessage).not.toContain('deployed as session');
  });

  it('is the JSON of a function error', () => {
    const body = JSON.parse(Buffer.from(errorBody({ errorType: 'T', errorMessage: 'm' })).toString());
    expect(body).toEqual({ errorType: 'T', errorMessage: 'm', trace: [] });
  });
});

describe('where the deployed code is there, too', () => {
  const fallback = { ...settings, mode: 'fallback' as const };
  const absence = (failure: StubFailure, detail = '') => ({
    type: 'failed' as const,
    failure,
    detail,
    mayHaveRun: false,
  });

  it('the log says why it runs, unless there simply is no tunnel', () => {
    expect(fallbackNote(absence('nobody-answered'), fallback)).toBeUndefined();
    expect(fallbackNote(absence('tunnel-left', 'it was stopped'), fallback)).toBeUndefined();
    expect(fallbackNote(absence('nobody-answered', 'a tunnel answered with a key'), fallback)).toMatch(
      /a tunnel answered with a key.*The deployed code runs instead\.$/,
    );
    expect(fallbackNote(absence('api-unreachable', 'ENOTFOUND'), fallback)).toMatch(
      /abc\.example could not be reached/,
    );
  });

  it.each<StubFailure>(['tunnel-left', 'tunnel-silent'])('the caller is told to invoke again after %s', (failure) => {
    const { errorMessage } = functionError({ ...absence(failure), mayHaveRun: true }, fallback);
    expect(errorMessage).toMatch(
      /The handler may have run\. Invoke again: while no tunnel answers, the deployed code runs\.$/,
    );
  });
});
