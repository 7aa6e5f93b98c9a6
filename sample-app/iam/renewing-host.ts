import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

type Variables = Readonly<Record<string, string>>;

interface Report {
  readonly answer?: unknown;
  readonly failure?: string;
}

/** A process that has a function's handler and calls it for one event after the other. */
export interface RenewingHost extends Disposable {
  /** With new values of variables, which the process has from this event on. @throws Error of the function */
  call(event: object, variables?: Variables): Promise<unknown>;
}

/** Starts a host for a handler, whose file is loaded as Node.js's `require` does it. */
export function startRenewingHost(handlerFile: string, env: Variables): RenewingHost {
  const program = join(import.meta.dirname, 'renewing-host-main.mjs');
  const child = fork(program, [handlerFile], { env: { PATH: process.env.PATH, ...env }, stdio: 'inherit' });
  return {
    async call(event, variables = {}) {
      child.send({ event, variables });
      const report = await Promise.race([
        once(child, 'message').then(([message]: Report[]) => message),
        once(child, 'exit').then((): Report => ({ failure: 'the host has ended' })),
      ]);
      if (report === undefined) throw new Error('the host said nothing');
      if (report.failure !== undefined) throw new Error(report.failure);
      return report.answer;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
